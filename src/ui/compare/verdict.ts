import type { Comparison, EvaluatedModel, Interval, Report, Verdict } from '../../workerApi/runEvent.ts';
import { points, signedPoints } from '../format.ts';

/** The result in one sentence, and what it rests on in a second. */
export interface VerdictWords {
  readonly tone: Verdict;
  readonly headline: string;
  readonly basis: string;
}

const headlines: Record<Verdict, string> = {
  better: 'Specializing helped.',
  'no difference shown': 'No difference could be shown.',
  worse: 'Specializing made it worse.',
};

export const verdictTitles: Record<Verdict, string> = {
  better: 'Better',
  'no difference shown': 'No difference shown',
  worse: 'Worse',
};

/** "short-answer" → "Short answer". */
export function readable(name: string): string {
  const words = name.replace(/[-_]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** "+3 to +17" */
export const rangeWords = ({ low, high }: Interval): string =>
  `${signedPoints(low)} to ${signedPoints(high)}`;

export function comparisonOf(
  { heldOut }: Report,
  against: EvaluatedModel,
  of: EvaluatedModel = 'specialized',
): Comparison | undefined {
  return heldOut.comparisons.find((comparison) => comparison.of === of && comparison.with === against);
}

/** Words for the specialist against the base on all unseen tasks. */
export function describeVerdict(report: Report): VerdictWords {
  const { overall } = report.heldOut;
  const [base, specialist] = [overall.models.base?.f1 ?? 0, overall.models.specialized?.f1 ?? 0];
  const interval = comparisonOf(report, 'base')?.difference;
  const range = interval ? ` (with 95 % certainty a change of ${rangeWords(interval)})` : '';
  return {
    tone: report.verdict,
    headline: headlines[report.verdict],
    basis: `On ${overall.count} unseen tasks the answers went from ${points(base)} to ${points(specialist)} out of 100${range}.`,
  };
}

/** Whether writing tasks was worth it: the specialist against the adapter trained on the examples alone. */
export function describeControl(report: Report): string | null {
  const comparison = comparisonOf(report, 'seedsOnly');
  if (!comparison) return null;
  const score = points(report.heldOut.overall.models.seedsOnly?.f1 ?? 0);
  const words: Record<Verdict, string> = {
    better: `Training on your examples alone reaches ${score}: the tasks that the model wrote itself made the difference.`,
    'no difference shown': `Training on your examples alone reaches ${score}: the written tasks added nothing that can be shown.`,
    worse: `Training on your examples alone reaches ${score}, which is better: the written tasks did harm.`,
  };
  return words[comparison.verdict];
}

/** What became of the loss on general tasks; null where it was not measured. */
export function describeLoss({ retention }: Report): string | null {
  const { base, specialized } = retention?.overall.models ?? {};
  if (base?.loss === undefined || specialized?.loss === undefined) return null;
  return (
    `The loss of the right answers to general tasks went from ${base.loss.toFixed(2)} to ${specialized.loss.toFixed(2)} ` +
    'nats per token: how unlikely the model finds them, whatever it answers itself. Lower is better.'
  );
}

/** How to read the scores. */
export function scoreNote({ heldOut }: Report): string {
  const { base, specialized } = heldOut.overall.models;
  const rows = heldOut.overall.comparison
    ? 'Each row says what can be shown on its own tasks, with the change that is 95 % certain in brackets; one row in twenty errs by ' +
      'chance, and where fewer than six answers changed, nothing is shown. '
    : 'A single row rests on few tasks: only all together are tested against chance. ';
  return (
    'Scores are F1 out of 100: how many words of the right answer were given, and how few others. “Most frequent answer” is what ' +
    'always giving the same answer would score; anything below it is no knowledge. ' +
    rows +
    'Answers that cannot count (empty, or none of ' +
    `the choices): ${points(base?.invalidRate ?? 0)} % before, ${points(specialized?.invalidRate ?? 0)} % after.`
  );
}
