import { Paperclip } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import type { ChannelAbilities } from '../channels/abilities.ts';
import { IconButton } from '../components/button.tsx';
import { channelName } from '../components/channel-mark.tsx';
import { useText } from '../i18n/text.ts';

/** Opens the browser's choice of files. Where the channel takes none it says so in place of opening. */
export function AttachButton(props: {
  abilities: ChannelAbilities | null;
  channel: string;
  onFiles(files: readonly File[]): void;
}): ReactNode {
  const { abilities } = props;
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const none = abilities !== null && abilities.media === null;
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        data-attach
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (files !== null) props.onFiles([...files]);
          // The same file can be chosen again after it was removed.
          event.currentTarget.value = '';
        }}
      />
      <IconButton
        label={none ? t('upload.noFiles', { channel: channelName(props.channel) }) : t('composer.attach')}
        tipSide="top"
        tipAlign="start"
        disabled={none || abilities === null}
        onClick={() => input.current?.click()}
      >
        <Paperclip size={16} aria-hidden />
      </IconButton>
    </>
  );
}
