/** The part of X's own text library that tests compare with; the package brings no types. */
declare module 'twitter-text' {
  interface UrlEntity {
    url: string;
    indices: [number, number];
  }
  const twitterText: {
    parseTweet(text: string, options?: Readonly<Record<string, unknown>>): { weightedLength: number; valid: boolean };
    extractUrlsWithIndices(text: string): UrlEntity[];
    configs: { defaults: Readonly<Record<string, unknown>> };
  };
  export default twitterText;
}
