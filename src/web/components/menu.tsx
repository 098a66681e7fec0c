import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { createPortal } from 'react-dom';
import { classNames } from './class-names.ts';

const ITEM =
  'flex h-8 cursor-pointer items-center gap-2 rounded-sm px-2 text-s outline-none select-none data-highlighted:bg-hover data-disabled:cursor-default data-disabled:opacity-55';

/** A menu on a button. Lazy: it brings Radix with it, so import it by `lazy()` outside of lazy chunks. Not modal: a modal one locks scrolling by a style element, which the page's policy refuses. */
export function Menu(props: {
  trigger: ReactNode;
  label: string;
  open?: boolean;
  onOpenChange?(open: boolean): void;
  side?: 'top' | 'bottom';
  align?: 'start' | 'end';
  children: ReactNode;
}): ReactNode {
  // A landmark of its own at the end of the page: what floats belongs to no other.
  const [place, setPlace] = useState<HTMLElement | null>(null);
  return (
    <>
      {createPortal(<section aria-label={props.label} ref={setPlace} />, document.body)}
      <DropdownMenu.Root
        modal={false}
        {...(props.open === undefined ? {} : { open: props.open })}
        {...(props.onOpenChange === undefined ? {} : { onOpenChange: props.onOpenChange })}
      >
        <DropdownMenu.Trigger asChild>{props.trigger}</DropdownMenu.Trigger>
        <DropdownMenu.Portal container={place}>
          <DropdownMenu.Content
            aria-label={props.label}
            side={props.side ?? 'bottom'}
            align={props.align ?? 'start'}
            sideOffset={4}
            collisionPadding={8}
            className="z-40 max-h-(--radix-dropdown-menu-content-available-height) min-w-52 overflow-y-auto rounded-lg border border-line bg-raised p-1 text-text shadow-(--shadow-raised)"
          >
            {props.children}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </>
  );
}

/** One line of a menu; `checked` marks what is so now. */
export function MenuItem(props: {
  icon?: ReactNode;
  checked?: boolean;
  disabled?: boolean;
  end?: ReactNode;
  className?: string;
  onSelect(): void;
  children: ReactNode;
}): ReactNode {
  return (
    <DropdownMenu.Item
      disabled={props.disabled === true}
      onSelect={props.onSelect}
      className={classNames(ITEM, props.className)}
    >
      {props.icon}
      <span className="min-w-0 flex-1 truncate">{props.children}</span>
      {props.end}
      {props.checked === true && <Check size={14} aria-hidden className="text-accent-text" />}
    </DropdownMenu.Item>
  );
}

/** A few items side by side, for what is told apart at a glance. */
export function MenuTiles({ children }: { children: ReactNode }): ReactNode {
  return <DropdownMenu.Group className="grid grid-cols-6 gap-0.5 px-1 pb-1">{children}</DropdownMenu.Group>;
}

/** One of {@link MenuTiles}; `label` says in words what it shows. */
export function MenuTile(props: { label: string; onSelect(): void; children: ReactNode }): ReactNode {
  return (
    <DropdownMenu.Item
      aria-label={props.label}
      textValue={props.label}
      onSelect={props.onSelect}
      className="flex size-8 cursor-pointer items-center justify-center rounded-sm text-l outline-none select-none data-highlighted:bg-hover"
    >
      {props.children}
    </DropdownMenu.Item>
  );
}

/** A heading within a menu. */
export function MenuHeading({ children }: { children: ReactNode }): ReactNode {
  return <DropdownMenu.Label className="px-2 pt-2 pb-1 text-2xs font-medium text-faint">{children}</DropdownMenu.Label>;
}

/** A line between groups of a menu. */
export function MenuLine(): ReactNode {
  return <DropdownMenu.Separator className="-mx-1 my-1 h-px bg-line" />;
}
