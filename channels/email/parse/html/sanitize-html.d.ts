/** The part of sanitize-html that we use; the package brings no types. */
declare module 'sanitize-html' {
  type Attributes = Record<string, string>;
  type Transform = (tagName: string, attributes: Attributes) => { tagName: string; attribs: Attributes };
  interface SanitizeOptions {
    allowedTags: readonly string[];
    allowedAttributes: Readonly<Record<string, readonly string[]>>;
    allowedSchemes: readonly string[];
    allowedSchemesByTag: Readonly<Record<string, readonly string[]>>;
    allowProtocolRelative: boolean;
    disallowedTagsMode: 'discard';
    nonTextTags: readonly string[];
    parseStyleAttributes: boolean;
    nestingLimit: number;
    transformTags: Readonly<Record<string, Transform>>;
  }
  export default function sanitizeHtml(html: string, options: SanitizeOptions): string;
}
