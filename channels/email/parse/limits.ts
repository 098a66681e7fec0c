/**
 * What a mail may cost. A mail beyond a limit is still parsed; what was left out is named in `ParsedEmail.truncated`. The figures
 * keep the worst mail we could make well under a second: a real mail comes near none of them.
 */
export const LIMITS = {
  /** Parts of all levels together; what follows is left out. */
  parts: 1_000,
  /** Levels of nesting; a deeper multipart is an attachment as it stands. */
  depth: 50,
  /** Bytes of one header block; the rest of the block is skipped. */
  headerBytes: 1_048_576,
  /** Fields of one header block. */
  headers: 20_000,
  /** Bytes of one field after unfolding. */
  fieldBytes: 65_536,
  /** Addresses of one field. */
  addresses: 2_000,
  /** Message ids of `References`. */
  references: 1_000,
  /** UTF-16 units of the body as text. */
  text: 2_000_000,
  /** UTF-16 units of HTML that are read and sanitised. */
  html: 1_000_000,
  /** Elements of HTML; of those behind only the text counts. */
  htmlElements: 40_000,
  /** Elements nested in HTML; deeper ones lie beside each other. */
  htmlDepth: 200,
  /** UTF-16 units of text that the rules for quotes look at. */
  replyText: 200_000,
  /** UTF-16 units of a line that rules look at. */
  line: 1_000,
  /** Bytes of text in which a bounce's words are looked for. */
  bounceText: 65_536,
  /** Files unpacked from one winmail.dat. */
  tnefFiles: 200,
} as const;
