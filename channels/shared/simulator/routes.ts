/** A route that a call fits, by its name in the table, with the values of its `:names`, decoded. */
export interface FoundRoute<Route> {
  name: string;
  route: Route;
  params: Record<string, string>;
}

/**
 * Makes the finder of routes; words written out go before `:names`.
 * @param routes by `METHOD /path/:name`
 */
export function finderOf<Route>(
  routes: Readonly<Record<string, Route>>,
): (method: string, path: string) => FoundRoute<Route> | null {
  const all = Object.entries(routes).map(([name, route]) => {
    const [method = '', pattern = ''] = name.split(' ');
    return { name, route, method, parts: pattern.split('/').slice(1) };
  });
  return (method, path) => {
    const given = path.split('/').slice(1);
    let best: (FoundRoute<Route> & { exact: number }) | null = null;
    for (const one of all) {
      if (one.method !== method || one.parts.length !== given.length) continue;
      const params: Record<string, string> = {};
      let exact = 0;
      const fits = one.parts.every((part, at) => {
        const value = given[at] ?? '';
        if (!part.startsWith(':')) {
          exact += 1;
          return part === value;
        }
        params[part.slice(1)] = decodeURIComponent(value);
        return value !== '';
      });
      if (fits && (best === null || exact > best.exact)) best = { name: one.name, route: one.route, params, exact };
    }
    return best;
  };
}
