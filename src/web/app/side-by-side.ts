/** Media query: room for the inbox and several customers of the sandbox beside it. */
export const SIDE_BY_SIDE = '(min-width: 90rem)';
