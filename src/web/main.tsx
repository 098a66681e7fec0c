import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { queries } from './app/queries.ts';
import { speak } from './i18n/text.ts';
import { applyTheme, preferences } from './preferences/preferences.ts';
import './styles/index.css';

applyTheme();
// A language that does not arrive must not keep anybody from working.
await speak(preferences().language).catch(() => speak('en'));

const root = document.querySelector('#root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={queries}>
        <App />
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
