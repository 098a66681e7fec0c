/**
 * What customers see of us where no platform keeps it: entries of a place, in its own order. A place is the external key of a thread.
 *
 * Lock order: a place is locked by itself, in transactions that lock nothing of the migrations before.
 */
export const places = /* sql */ `
CREATE TABLE place (
  account_id text NOT NULL REFERENCES account,
  key text NOT NULL,
  -- of the newest entry; stays when entries are removed, so that no position is used twice
  last_seq bigint NOT NULL DEFAULT 0,
  marks jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (account_id, key)
);

CREATE TABLE place_entry (
  account_id text NOT NULL,
  place text NOT NULL,
  seq bigint NOT NULL,
  key text NOT NULL,
  payload jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, place, seq),
  UNIQUE (account_id, key),
  FOREIGN KEY (account_id, place) REFERENCES place (account_id, key)
);
CREATE INDEX place_entry_at ON place_entry (at);

-- The place's row is locked until the commit: positions become visible in their order, and whoever reads on from one misses none.
CREATE FUNCTION append_entry_v1(p_account text, p_place text, p_key text, p_payload jsonb) RETURNS place_entry LANGUAGE plpgsql AS $$
DECLARE
  next bigint;
  found_entry place_entry;
BEGIN
  INSERT INTO place AS p (account_id, key) VALUES (p_account, p_place)
    ON CONFLICT (account_id, key) DO UPDATE SET last_seq = p.last_seq RETURNING last_seq + 1 INTO next;
  SELECT * INTO found_entry FROM place_entry e WHERE e.account_id = p_account AND e.key = p_key;
  IF FOUND THEN RETURN found_entry; END IF;
  UPDATE place SET last_seq = next WHERE account_id = p_account AND key = p_place;
  INSERT INTO place_entry (account_id, place, seq, key, payload) VALUES (p_account, p_place, next, p_key, p_payload)
    RETURNING * INTO found_entry;
  RETURN found_entry;
END $$;
`;
