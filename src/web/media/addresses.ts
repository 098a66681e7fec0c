/** Where the bytes of a file are. */
export const contentAddress = (attachmentId: string): string => `/api/v1/attachments/${attachmentId}`;

/** Where our small picture of a file is; only where the file has one. */
export const previewAddress = (attachmentId: string): string => `/api/v1/attachments/${attachmentId}/preview`;
