import type { ReactNode } from 'react';

/** The mark of the product. */
export function Logo({ size = 20 }: { size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden className="shrink-0">
      <rect width="32" height="32" rx="8" fill="var(--accent)" />
      <path d="M9 9.5h9.5a4.5 4.5 0 0 1 0 9H14L9 23z" fill="white" />
      <circle cx="22.5" cy="21.5" r="2.2" fill="white" opacity="0.65" />
    </svg>
  );
}
