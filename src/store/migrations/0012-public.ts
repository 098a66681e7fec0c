/**
 * What is said where everybody reads it: drafts of the bot that a person sends, how much it may say there by itself, and who is met again
 * in private.
 */
export const inPublic = /* sql */ `
ALTER TABLE conversation
  -- what the bot would say: {text, messageId}; a person sends it, changes it or puts it aside
  ADD COLUMN suggestion jsonb;

-- What an account said by itself in the hours that are counted.
CREATE TABLE account_automatic (
  account_id text PRIMARY KEY,
  since timestamptz NOT NULL,
  answers integer NOT NULL
);

-- Takes one of the account's answers of this hour; false: there are none left. The row stays locked until the decision is committed, so
-- that no two processes take the last one.
CREATE FUNCTION spend_hour_v1(p_thread uuid, p_limit integer) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO account_automatic AS x (account_id, since, answers)
  SELECT t.account_id, now(), 1 FROM thread t WHERE t.id = p_thread AND p_limit > 0
  ON CONFLICT (account_id) DO UPDATE SET answers = CASE WHEN x.since > now() - interval '1 hour' THEN x.answers + 1 ELSE 1 END,
    since = CASE WHEN x.since > now() - interval '1 hour' THEN x.since ELSE now() END
  WHERE x.answers < p_limit OR x.since <= now() - interval '1 hour';
  RETURN FOUND;
END $$;

-- Customers asked us to stop: from now on a person writes to them in public, or nobody.
CREATE FUNCTION hold_back_v1(p_items ingest_item_v1[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO contact_automatic AS x (contact_id, since, answers, stopped_at)
  SELECT DISTINCT t.contact_id, now(), 0, now() FROM unnest(p_items) i
  JOIN thread t ON t.account_id = i.account_id AND t.external_key = i.external_key WHERE i.stops ORDER BY 1
  ON CONFLICT (contact_id) DO UPDATE SET stopped_at = coalesce(x.stopped_at, now())
$$;

-- Of a part: what called us in the message it answers, and what its message's part before it is called at the platform.
CREATE FUNCTION around_part_v1(d delivery) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'entry', (SELECT m.entry FROM message_external x JOIN message m ON m.id = x.message_id
      WHERE x.account_id = d.account_id AND x.external_id = d.reply_to_external_id),
    'previous', CASE WHEN d.ordinal > 0 THEN (SELECT b.external_id FROM delivery b WHERE b.message_id = d.message_id
      AND b.ordinal < d.ordinal AND b.action = 'send' ORDER BY b.ordinal DESC LIMIT 1) END)
$$;

-- What depends on whether we have met the author: noise of somebody we know is none, and who was shown the way to a private place and
-- writes there goes on with what they asked in public.
CREATE FUNCTION meet_again_v1(p_items ingest_item_v1[]) RETURNS ingest_item_v1[] LANGUAGE plpgsql AS $$
DECLARE
  nth integer;
  i ingest_item_v1;
BEGIN
  FOR nth IN SELECT k.no FROM generate_subscripts(p_items, 1) AS k(no) WHERE p_items[k.no].meets_again LOOP
    i := p_items[nth];
    IF i.filed IS NOT NULL AND EXISTS (
      SELECT FROM identity x JOIN conversation c ON c.contact_id = x.contact_id
      WHERE x.channel = i.channel AND x.external_id = i.author_id AND c.filed_as IS NULL)
    THEN
      i.filed := NULL;
    END IF;
    IF i.thread_kind = 'private' AND i.continues IS NULL THEN
      i.continues := (
        SELECT t.external_key FROM identity x
        JOIN conversation c ON c.contact_id = x.contact_id AND c.account_id = i.account_id AND c.status <> 'resolved'
        JOIN thread t ON t.id = c.thread_id AND t.identity_id = x.id AND t.kind <> 'private'
        JOIN LATERAL (
          SELECT m.seq, m.created_at FROM message m WHERE m.conversation_id = c.id AND m.thread_id = t.id AND m.kind = 'outbound'
            AND m.extras @? '$.buttons[*][*] ? (@.data == "go-private")' AND EXISTS (
              -- only what may have arrived was shown
              SELECT FROM delivery d WHERE d.message_id = m.id AND d.action = 'send'
                AND d.state IN ('sending', 'sent', 'delivered', 'read', 'unknown', 'needs_review'))
          ORDER BY m.seq DESC LIMIT 1
        ) shown ON true
        WHERE x.channel = i.channel AND x.external_id = i.author_id
          AND shown.created_at > now() - i.reopen_ms * interval '1 millisecond'
        ORDER BY shown.created_at DESC LIMIT 1);
    END IF;
    p_items[nth] := i;
  END LOOP;
  RETURN p_items;
END $$;

-- A person puts the bot's draft aside.
CREATE FUNCTION desk_put_aside_v1(p_agent uuid, p_conversation uuid) RETURNS desk_act_v1 LANGUAGE plpgsql AS $$
DECLARE
  entered record;
BEGIN
  entered := desk_enter_v1(p_agent, p_conversation);
  IF entered.outcome <> 'ok' THEN RETURN ROW(entered.outcome, NULL, NULL, NULL, NULL, NULL)::desk_act_v1; END IF;
  UPDATE conversation SET suggestion = NULL, version = version + 1 WHERE id = p_conversation AND suggestion IS NOT NULL;
  IF FOUND THEN
    INSERT INTO audit (actor_kind, actor_id, action, subject_kind, subject_id)
    VALUES ('agent', p_agent::text, 'suggestion.put_aside', 'conversation', p_conversation::text);
  END IF;
  RETURN desk_acted_v1('ok', p_conversation);
END $$;
`;
