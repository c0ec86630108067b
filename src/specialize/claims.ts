import type { Random } from '../random.ts';
import type { Span, Statement } from './passageParts.ts';

/** A statement to be judged true or false. */
export interface Claim {
  readonly text: string;
  readonly isTrue: boolean;
}

/**
 * A statement as it stands or, as often, with a name, number or word of another document in place of its own. Null where
 * no other document has a fitting one: a true claim instead would make "true" the likelier answer.
 */
export function makeClaim(statement: Statement, others: readonly Statement[], random: Random): Claim | null {
  const [span] = random.sample(statement.spans, 1);
  const [other] = span ? random.sample(replacementsFor(span, statement, others), 1) : [];
  if (!span || other === undefined) return null;
  const { text } = statement;
  if (random.next() < 0.5) return { text, isTrue: true };
  const altered = text.slice(0, span.start) + other + text.slice(span.start + span.text.length);
  return { text: altered, isTrue: false };
}

/** Spans of the same shape from other documents that the statement's own passage does not say; in the same place where there are such. */
function replacementsFor(span: Span, { passage }: Statement, others: readonly Statement[]): string[] {
  const own = passage.text.toLowerCase();
  const fitting = others
    .filter((other) => other.passage.documentId !== passage.documentId)
    .flatMap(({ spans }) => spans)
    .filter(({ text, shape }) => shape === span.shape && !own.includes(text.toLowerCase()));
  const alike = fitting.filter(({ before, isLast }) => before === span.before && isLast === span.isLast);
  return (alike.length > 0 ? alike : fitting).map(({ text }) => text);
}
