let lastMs = Date.now();

const touched = (): void => {
  lastMs = Date.now();
};

for (const kind of ['pointermove', 'pointerdown', 'keydown', 'wheel', 'focus']) {
  window.addEventListener(kind, touched, { passive: true, capture: true });
}

/** How long nobody has touched this page, ms. */
export function untouchedMs(): number {
  return Date.now() - lastMs;
}
