// Runs before the first paint, so that a chosen theme never flashes in the other one. A file, because the page's policy
// allows no inline script.
try {
  const theme = JSON.parse(localStorage.getItem('parley.preferences') ?? '{}').theme;
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // No storage: the system's theme stays.
}
