import { everyScreen } from '../kit/browser/every-screen.ts';

everyScreen([
  { theme: 'light', width: 1440, language: 'en-GB' },
  { theme: 'dark', width: 1440, language: 'en-GB' },
]);
