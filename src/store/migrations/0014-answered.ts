/** Messages of which the platform tells what they answer and not where they stand. */
export const answered = /* sql */ `
-- They stand where what they answer stands, if that is a thread of the same author; else where their payload says.
CREATE FUNCTION join_answered_v1(p_items ingest_item_v1[]) RETURNS ingest_item_v1[] LANGUAGE plpgsql AS $$
DECLARE
  nth integer;
  i ingest_item_v1;
  t record;
BEGIN
  FOR nth IN SELECT k.no FROM generate_subscripts(p_items, 1) AS k(no) WHERE p_items[k.no].joins_answered LOOP
    i := p_items[nth];
    SELECT x.external_key, x.address, x.chat_key INTO t
    FROM message_external e JOIN message m ON m.id = e.message_id
    JOIN thread x ON x.id = m.thread_id JOIN identity y ON y.id = x.identity_id
    WHERE e.account_id = i.account_id AND e.external_id = i.reply_to AND x.account_id = i.account_id AND x.kind = i.thread_kind
      AND y.channel = i.channel AND y.external_id = i.author_id;
    CONTINUE WHEN NOT FOUND;
    i.external_key := t.external_key;
    i.address := t.address;
    i.chat_key := t.chat_key;
    p_items[nth] := i;
  END LOOP;
  RETURN p_items;
END $$;
`;
