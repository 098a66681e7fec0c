import { Languages, LogOut, Monitor, Moon, Settings, Sun, Users } from 'lucide-react';
import type { ReactNode } from 'react';
import { signOut } from '../api/calls.ts';
import { useDesk } from '../app/desk.tsx';
import { Menu, MenuHeading, MenuItem, MenuLine } from '../components/menu.tsx';
import { chooseLanguage, LANGUAGE_NAMES } from '../i18n/languages.ts';
import { useText } from '../i18n/text.ts';
import { changePreferences, LANGUAGES, type Theme, usePreferences } from '../preferences/preferences.ts';
import { navigate } from '../router/router.tsx';

const THEMES: readonly { theme: Theme; icon: ReactNode }[] = [
  { theme: 'system', icon: <Monitor size={14} aria-hidden /> },
  { theme: 'light', icon: <Sun size={14} aria-hidden /> },
  { theme: 'dark', icon: <Moon size={14} aria-hidden /> },
];
/** Settings, theme, language, the way out. Lazy, and open when it comes. */
export default function AccountMenu(props: { trigger: ReactNode; onLeave(): void; onClose(): void }): ReactNode {
  const t = useText();
  const { session } = useDesk();
  const chosen = usePreferences();
  const leave = (): void => {
    // Signed out here even when the server could not be told: the cookie ends by itself.
    void signOut().then(props.onLeave, props.onLeave);
  };
  return (
    <Menu
      open
      onOpenChange={(open) => {
        if (!open) props.onClose();
      }}
      label={t('account.menu')}
      side="top"
      trigger={props.trigger}
    >
      <MenuItem
        icon={<Settings size={14} aria-hidden />}
        onSelect={() => navigate({ page: 'settings', section: 'you' })}
      >
        {t('account.settings')}
      </MenuItem>
      {session.agent.role === 'admin' && (
        <MenuItem
          icon={<Users size={14} aria-hidden />}
          onSelect={() => navigate({ page: 'settings', section: 'people' })}
        >
          {t('account.people')}
        </MenuItem>
      )}
      <MenuLine />
      <MenuHeading>{t('account.theme')}</MenuHeading>
      {THEMES.map(({ theme, icon }) => (
        <MenuItem
          key={theme}
          icon={icon}
          checked={chosen.theme === theme}
          onSelect={() => changePreferences({ theme })}
        >
          {t(`theme.${theme}`)}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuHeading>{t('account.language')}</MenuHeading>
      {LANGUAGES.map((language) => (
        <MenuItem
          key={language}
          icon={<Languages size={14} aria-hidden />}
          checked={chosen.language === language}
          onSelect={() => chooseLanguage(language)}
        >
          {LANGUAGE_NAMES[language]}
        </MenuItem>
      ))}
      <MenuLine />
      <MenuItem icon={<LogOut size={14} aria-hidden />} onSelect={leave}>
        {t('account.signOut')}
      </MenuItem>
    </Menu>
  );
}
