/**
 * What letters need that chat does not: a subject, several people in one thread, receipts that come long after sending, what is
 * filed because no person wrote it, and bookmarks of mailboxes that move in the transaction that stores what they point behind.
 *
 * Lock order: bookmarks and participants are written after the rows of migration 1 that the same transaction locks.
 */
export const letters = /* sql */ `
ALTER TABLE conversation
  ADD COLUMN subject text,
  -- why nobody has to answer: it began with what a person did not write, or what the platform took for spam; null: somebody does
  ADD COLUMN filed_as text;
CREATE INDEX conversation_filed ON conversation (last_message_at DESC, id DESC) WHERE filed_as <> 'noise';
CREATE INDEX conversation_noise ON conversation (last_message_at DESC, id DESC) WHERE filed_as = 'noise';
-- What is filed stands in a list of its own: what is done is listed without reading past a raid.
CREATE INDEX conversation_resolved ON conversation (owner_team, last_message_at DESC, id DESC) WHERE owner_kind = 'none' AND filed_as IS NULL;
CREATE INDEX conversation_resolved_all ON conversation (last_message_at DESC, id DESC) WHERE owner_kind = 'none' AND filed_as IS NULL;
CREATE INDEX conversation_resolved_teamless ON conversation (last_message_at DESC, id DESC)
  WHERE owner_kind = 'none' AND owner_team IS NULL AND filed_as IS NULL;
CREATE INDEX conversation_resolved_mine ON conversation (owner_agent, last_message_at DESC, id DESC)
  WHERE owner_kind = 'none' AND resolved_owner_kind = 'agent' AND filed_as IS NULL;

ALTER TABLE attachment
  -- file: shown as one; inline: stands in the formatted text; html: the formatted text itself; original: the message as it came
  ADD COLUMN role text NOT NULL DEFAULT 'file' CHECK (role IN ('file', 'inline', 'html', 'original')),
  ADD COLUMN content_id text;

-- all messages that share what stands before the first # of their names, such as copies of one letter; equality, as no collation
-- agrees with another on what lies between two texts
CREATE INDEX message_external_family ON message_external (account_id, left(external_id, strpos(external_id, '#')))
  WHERE strpos(external_id, '#') > 0;

-- bytes that are kept before their row is settled
CREATE INDEX attachment_held ON attachment ((remote->>'heldBlob')) WHERE remote ? 'heldBlob';

-- Who takes part in a thread, by the platform's lasting id. Whoever is not among them joins it by no reference.
CREATE TABLE thread_participant (
  thread_id uuid NOT NULL REFERENCES thread,
  external_id text NOT NULL,
  display_name text NOT NULL,
  role text NOT NULL CHECK (role IN ('customer', 'copied')),
  -- somebody wrote from this address and the platform vouched for it
  proven boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (thread_id, external_id)
);

-- How far a connection has read one place of an account. Within an epoch it only moves forward.
CREATE TABLE account_bookmark (
  account_id text NOT NULL REFERENCES account,
  name text NOT NULL,
  epoch text NOT NULL,
  position bigint NOT NULL,
  -- what was there before us and is none of ours
  base bigint NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, name)
);

-- What a channel keeps for itself, sealed: refreshed tokens.
CREATE TABLE account_memory (
  account_id text NOT NULL REFERENCES account,
  name text NOT NULL,
  sealed bytea,
  changed_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (account_id, name)
);

-- What the bot said to a contact by itself on one day, where a channel limits that.
CREATE TABLE contact_automatic (
  contact_id uuid PRIMARY KEY REFERENCES contact,
  since timestamptz NOT NULL,
  answers integer NOT NULL,
  -- they asked us to stop: nothing is said to them by itself where others read it
  stopped_at timestamptz
);

-- Beyond the day's limit nothing is said: people take over, unless they do already. The contacts are locked first, in their order, then
-- the hours of the accounts that limit these too, in theirs. An answer counts for both, or for neither.
CREATE FUNCTION limit_automatic_v1(p_items decision_v1[]) RETURNS decision_v1[] LANGUAGE plpgsql AS $$
DECLARE
  nth integer;
  d decision_v1;
  who uuid;
  spoke boolean;
BEGIN
  INSERT INTO contact_automatic AS x (contact_id, since, answers)
  SELECT DISTINCT t.contact_id, now(), 0 FROM unnest(p_items) i JOIN thread t ON t.id = i.thread_id
  WHERE i.automatic_limit IS NOT NULL AND jsonb_array_length(i.outbound) > 0 ORDER BY 1
  ON CONFLICT (contact_id) DO UPDATE SET answers = x.answers;
  FOR nth IN SELECT k.no FROM generate_subscripts(p_items, 1) AS k(no) JOIN thread t ON t.id = p_items[k.no].thread_id
    WHERE p_items[k.no].automatic_limit IS NOT NULL AND jsonb_array_length(p_items[k.no].outbound) > 0
    ORDER BY t.account_id, t.contact_id
  LOOP
    d := p_items[nth];
    SELECT x.contact_id, d.automatic_limit > CASE WHEN x.since > now() - interval '1 day' THEN x.answers ELSE 0 END
      AND (d.hourly_limit IS NULL OR x.stopped_at IS NULL)
    INTO who, spoke FROM thread t JOIN contact_automatic x ON x.contact_id = t.contact_id WHERE t.id = d.thread_id;
    IF spoke AND d.hourly_limit IS NOT NULL THEN spoke := spend_hour_v1(d.thread_id, d.hourly_limit); END IF;
    IF spoke THEN
      UPDATE contact_automatic x SET answers = CASE WHEN x.since > now() - interval '1 day' THEN x.answers + 1 ELSE 1 END,
        since = CASE WHEN x.since > now() - interval '1 day' THEN x.since ELSE now() END WHERE x.contact_id = who;
      CONTINUE;
    END IF;
    d.outbound := NULL;
    d.greets := false;
    IF d.handoff_team IS NULL THEN
      d.handoff_team := d.limit_team;
      d.message_state := 'routed';
      d.why := CASE WHEN d.hourly_limit IS NULL THEN 'the bot has answered this sender often enough for a day'
        ELSE 'the bot says nothing more by itself here' END;
    END IF;
    p_items[nth] := d;
  END LOOP;
  RETURN p_items;
END $$;

CREATE FUNCTION move_bookmark_v1(p_account text, p_bookmark jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO account_bookmark AS b (account_id, name, epoch, position, base)
  VALUES (p_account, p_bookmark->>'name', p_bookmark->>'epoch', (p_bookmark->>'position')::bigint, (p_bookmark->>'base')::bigint)
  ON CONFLICT (account_id, name) DO UPDATE SET epoch = EXCLUDED.epoch, position = EXCLUDED.position, base = EXCLUDED.base,
    moved_at = now()
  WHERE b.epoch <> EXCLUDED.epoch OR b.position < EXCLUDED.position
$$;

-- Once proven stays proven; a name that came later is the newer one.
CREATE FUNCTION take_part_v1(p_thread uuid, p_people jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO thread_participant AS x (thread_id, external_id, display_name, role, proven)
  SELECT DISTINCT ON (p."externalId") p_thread, p."externalId", p.name, p.role, p.proven
  FROM jsonb_to_recordset(p_people) AS p("externalId" text, name text, role text, proven boolean)
  ORDER BY p."externalId", p.proven DESC
  ON CONFLICT (thread_id, external_id) DO UPDATE SET proven = x.proven OR EXCLUDED.proven,
    display_name = CASE EXCLUDED.display_name WHEN '' THEN x.display_name ELSE EXCLUDED.display_name END
$$;

-- What became of a part after it was sent. What is not sent yet waits for that. The caller holds the thread's lock.
CREATE FUNCTION apply_receipt_v1(e inbound_event) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  d delivery;
BEGIN
  -- by the part itself: one whose fate nobody knows has no name at the platform yet, and this is what tells its fate
  SELECT d1.* INTO d FROM delivery d1 WHERE d1.id = (e.change#>>'{extras,delivery}')::uuid AND d1.account_id = e.account_id;
  IF d.id IS NULL OR d.state IN ('scheduled', 'pending', 'sending', 'retry', 'unknown') THEN
    UPDATE inbound_event SET state = 'waiting' WHERE account_id = e.account_id AND event_key = e.event_key AND state <> 'waiting';
    RETURN false;
  END IF;
  IF e.change#>>'{extras,fate}' = 'read' THEN
    -- Everything up to there was.
    UPDATE delivery SET state = 'read'
    WHERE thread_id = d.thread_id AND out_seq <= d.out_seq AND action = 'send' AND state IN ('sent', 'delivered');
  ELSIF e.change#>>'{extras,fate}' = 'bounced' THEN
    UPDATE delivery SET state = 'bounced', error_kind = 'bounced', error = e.change->>'text'
    WHERE id = d.id AND state IN ('sent', 'delivered', 'needs_review');
    IF FOUND THEN
      INSERT INTO audit (actor_kind, action, subject_kind, subject_id, detail)
      VALUES ('system', 'delivery.bounced', 'delivery', d.id::text, jsonb_build_object('conversation', d.conversation_id));
    END IF;
  ELSE
    UPDATE delivery SET error_kind = e.change#>>'{extras,fate}', error = e.change->>'text'
    WHERE id = d.id AND state IN ('sent', 'delivered', 'read', 'needs_review');
  END IF;
  IF (e.change#>>'{extras,unreachable}')::boolean THEN
    UPDATE identity i SET unreachable_at = now() FROM thread t
    WHERE t.id = d.thread_id AND i.id = t.identity_id AND i.unreachable_at IS NULL;
  END IF;
  UPDATE conversation SET version = version + 1 WHERE id = d.conversation_id;
  UPDATE inbound_event SET state = 'stored', change = NULL WHERE account_id = e.account_id AND event_key = e.event_key;
  RETURN true;
END $$;

-- An agent knows that it is who it says: the claimed identity becomes the proven one, or its thread goes over to the proven one that
-- is there. What was written stays where it is; from here on it is in that contact's timeline. Locks the thread, then identities by id.
CREATE FUNCTION desk_confirm_v1(p_agent uuid, p_conversation uuid) RETURNS desk_act_v1 LANGUAGE plpgsql AS $$
DECLARE
  entered record;
  c conversation;
  claimed identity;
  known identity;
BEGIN
  entered := desk_enter_v1(p_agent, p_conversation);
  IF entered.outcome <> 'ok' THEN RETURN ROW(entered.outcome, NULL, NULL, NULL, NULL, NULL)::desk_act_v1; END IF;
  c := entered.c;
  SELECT i.* INTO claimed FROM identity i JOIN thread t ON t.identity_id = i.id WHERE t.id = c.thread_id;
  IF NOT starts_with(claimed.external_id, 'claimed:') THEN RETURN desk_acted_v1('ok', p_conversation); END IF;
  SELECT i.* INTO known FROM identity i WHERE i.channel = claimed.channel AND i.external_id = substr(claimed.external_id, 9) FOR NO KEY UPDATE;
  IF known.id IS NULL THEN
    INSERT INTO identity (id, channel, external_id, contact_id, display_name, handle, language_hint)
    VALUES (gen_random_uuid(), claimed.channel, substr(claimed.external_id, 9), claimed.contact_id, claimed.display_name, claimed.handle,
      claimed.language_hint)
    ON CONFLICT (channel, external_id) DO UPDATE SET display_name = identity.display_name RETURNING * INTO known;
  END IF;
  UPDATE thread t SET identity_id = known.id, contact_id = known.contact_id,
    blocked_until = (SELECT k.blocked_until FROM contact k WHERE k.id = known.contact_id) WHERE t.id = c.thread_id;
  UPDATE thread_participant SET proven = true WHERE thread_id = c.thread_id AND external_id = known.external_id;
  UPDATE conversation x SET contact_id = known.contact_id, version = x.version + 1 WHERE x.thread_id = c.thread_id;
  INSERT INTO message (id, thread_id, conversation_id, seq, kind, author_kind, author_id, text, activity)
  SELECT gen_random_uuid(), t.id, c.id, t.last_seq + 1, 'activity', 'agent', p_agent::text, '', '{"change": "confirmed"}'
  FROM thread t WHERE t.id = c.thread_id;
  UPDATE thread SET last_seq = last_seq + 1 WHERE id = c.thread_id;
  INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
  VALUES ('agent', p_agent::text, 'contact.confirmed', 'contact', known.contact_id::text, jsonb_build_object('conversation', c.id,
    'from', claimed.contact_id));
  RETURN desk_acted_v1('ok', p_conversation);
END $$;

-- What was filed was a person's after all: it goes on as if it had just come in. Not filed any more is 'ok' and changes nothing.
CREATE FUNCTION desk_recover_v1(p_agent uuid, p_conversation uuid) RETURNS desk_act_v1 LANGUAGE plpgsql AS $$
DECLARE
  entered record;
  c conversation;
  first_seq bigint;
  n integer;
BEGIN
  entered := desk_enter_v1(p_agent, p_conversation);
  IF entered.outcome <> 'ok' THEN RETURN ROW(entered.outcome, NULL, NULL, NULL, NULL, NULL)::desk_act_v1; END IF;
  c := entered.c;
  IF c.filed_as IS NULL THEN RETURN desk_acted_v1('ok', p_conversation); END IF;
  IF EXISTS (SELECT FROM conversation o WHERE o.thread_id = c.thread_id AND o.status <> 'resolved') THEN
    RETURN desk_acted_v1('superseded', p_conversation);
  END IF;
  UPDATE conversation SET filed_as = NULL, status = 'open', resolved_at = NULL, owner_kind = coalesce(c.resolved_owner_kind, 'bot'),
    owner_version = owner_version + 1 WHERE id = c.id;
  WITH back AS (
    UPDATE message m SET state = CASE c.resolved_owner_kind WHEN 'queue' THEN 'routed' ELSE 'new' END,
      state_reason = CASE c.resolved_owner_kind WHEN 'queue' THEN 'owned by people' END
    WHERE m.conversation_id = c.id AND m.state = 'filed' AND m.state_reason = c.filed_as RETURNING m.seq
  )
  SELECT min(back.seq), count(*) INTO first_seq, n FROM back;
  UPDATE attachment a SET state = 'waiting', reason = NULL, due_at = now()
  WHERE a.conversation_id = c.id AND a.state = 'refused' AND a.reason = c.filed_as;
  UPDATE conversation SET version = version + 1, unread = n, last_message_at = now(), last_inbound_at = now() WHERE id = c.id;
  UPDATE thread t SET new_from = least(t.new_from, first_seq), first_new_at = coalesce(t.first_new_at, now()), due_at = now(),
    last_seq = t.last_seq + 1 WHERE t.id = c.thread_id;
  INSERT INTO message (id, thread_id, conversation_id, seq, kind, author_kind, author_id, text, activity)
  SELECT gen_random_uuid(), t.id, c.id, t.last_seq, 'activity', 'agent', p_agent::text, '', jsonb_build_object('change', 'recovered',
    'why', c.filed_as) FROM thread t WHERE t.id = c.thread_id;
  INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id, detail)
  VALUES ('agent', p_agent::text, 'conversation.recovered', 'conversation', c.id::text, jsonb_build_object('filed', c.filed_as));
  RETURN desk_acted_v1('ok', p_conversation);
END $$;
`;
