/** A picture that was fetched from elsewhere. `mime` is read from its bytes, never what the other side says. */
export interface RemotePicture {
  mime: string;
  bytes: Buffer;
}

/** Fetches pictures that letters name, so that no browser of ours tells their senders anything. */
export interface RemotePictures {
  /**
   * @throws {Refused} `remote_url`, `remote_private`, `remote_unreachable`, `remote_redirects`, `remote_too_large`, `remote_slow`,
   * `remote_not_picture`, or `busy`
   */
  fetch(url: string): Promise<RemotePicture>;
}
