import type { DiscordCustomer, Interaction } from '../../../channels/discord/simulator/index.ts';
import { Refused } from '../../core/errors.ts';
import type { DiscordForm } from './contract.ts';

/** Answer of type MODAL (docs, "Interaction Callback Type"). */
const MODAL = 9;
/** How long Discord waits for our first answer. */
const ANSWER_WITHIN_MS = 3_000;

/** The window that somebody opened, if any. */
export interface OpenForm {
  shown(): DiscordForm | null;
  /** Something was done that may be answered by a form. `asked`: by a command, which always is, or it failed. */
  follow(interaction: Interaction, asked: boolean): void;
  /** Sends what was written into it; null closes it. @throws {Refused} when none is open */
  submit(text: string | null): void;
  close(): void;
}

interface Modal {
  title: string;
  question: string;
  field: string;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The first field of a form, wherever its rows are. */
function modalOf(data: Readonly<Record<string, unknown>>): Modal | null {
  const rows = Array.isArray(data['components']) ? data['components'] : [];
  for (const row of rows.filter(isRecord)) {
    const fields = Array.isArray(row['components']) ? row['components'] : [];
    const field = fields.filter(isRecord).find((one) => typeof one['custom_id'] === 'string');
    if (field !== undefined) {
      return { title: textOf(data['title']), question: textOf(field['label']), field: textOf(field['custom_id']) };
    }
  }
  return null;
}

/** Follows one person's window. @param onChange it turned out that nothing came in time */
export function createOpenForm(customer: DiscordCustomer, onChange: () => void): OpenForm {
  let current: { interaction: Interaction; asked: boolean; late: boolean } | null = null;
  let timer: NodeJS.Timeout | undefined;

  return {
    shown() {
      if (current === null) return null;
      const { interaction, asked, late } = current;
      const modal = interaction.answer?.type === MODAL ? modalOf(interaction.answer.data) : null;
      if (modal !== null) return { state: 'open', title: modal.title, question: modal.question };
      if (interaction.answer !== null || !asked) return null;
      return { state: late ? 'failed' : 'waiting', title: '', question: '' };
    },
    follow(interaction, asked) {
      const mine = { interaction, asked, late: false };
      current = mine;
      clearTimeout(timer);
      timer = setTimeout(() => {
        mine.late = true;
        onChange();
      }, ANSWER_WITHIN_MS);
      timer.unref();
    },
    submit(text) {
      const answer = current?.interaction.answer ?? null;
      const modal = answer?.type === MODAL ? modalOf(answer.data) : null;
      if (text !== null && current !== null && modal !== null) {
        customer.submit(current.interaction, { [modal.field]: text });
      } else if (text !== null) {
        throw new Refused('not_found', `${customer.user.globalName ?? 'nobody'} has no form open`, {
          mend: 'open it by /support',
        });
      }
      current = null;
    },
    close: () => clearTimeout(timer),
  };
}
