import type { EvaluatedModel, ModelEvaluation, ReportRow, ScoredAnswer } from '../../workerApi/runEvent.ts';

/** The specialist against the base on one task, by the score alone. */
export type RowVerdict = 'better' | 'worse' | 'same';

export const verdictWords: Record<RowVerdict, string> = {
  better: 'Better',
  worse: 'Worse',
  same: 'The same',
};

/** By what is shown: less than half a point either way is the same. */
export function verdictOfChange(change: number): RowVerdict {
  const points = Math.round(change * 100);
  if (points === 0) return 'same';
  return points > 0 ? 'better' : 'worse';
}

/** In F1, in [-1, 1]. */
export const changeOf = ({ models }: ReportRow): number =>
  (models.specialized?.f1 ?? 0) - (models.base?.f1 ?? 0);

/** What colours a change: its verdict, or in reports from before rows had one, the score alone. */
export function toneOf(row: ReportRow): RowVerdict {
  if (!row.comparison) return verdictOfChange(changeOf(row));
  const { verdict } = row.comparison;
  return verdict === 'no difference shown' ? 'same' : verdict;
}

export type RowOrder = 'given' | 'worstFirst' | 'bestFirst';

export const nextOrder: Record<RowOrder, RowOrder> = {
  given: 'worstFirst',
  worstFirst: 'bestFirst',
  bestFirst: 'given',
};

export function orderRows(rows: readonly ReportRow[], order: RowOrder): readonly ReportRow[] {
  if (order === 'given') return rows;
  const sign = order === 'worstFirst' ? 1 : -1;
  return rows.toSorted((a, b) => sign * (changeOf(a) - changeOf(b)));
}

/** An unseen task with what both said. */
export interface AnsweredItem {
  readonly id: string;
  readonly base: ScoredAnswer;
  readonly specialist: ScoredAnswer;
  readonly verdict: RowVerdict;
}

type Evaluations = Readonly<Partial<Record<EvaluatedModel, ModelEvaluation>>>;

/** The unseen tasks that both answered. */
export function pairAnswers({ base, specialized }: Evaluations): AnsweredItem[] {
  return (base?.heldOut.answers ?? []).flatMap((answer, i) => {
    const specialist = specialized?.heldOut.answers[i];
    if (!specialist) return [];
    const verdict = verdictOfChange(specialist.f1 - answer.f1);
    return [{ id: answer.item.id, base: answer, specialist, verdict }];
  });
}
