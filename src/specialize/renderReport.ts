import { controlTitles } from './controlNames.ts';
import type { EvaluatedModel } from './events.ts';
import { kindTitles } from './taskKinds.ts';
import type { Comparison, Comparisons, Report, ReportRow } from './report.ts';

const modelNames: Readonly<Record<EvaluatedModel, string>> = {
  base: 'base',
  specialized: 'specialised',
  ...controlTitles,
};

const points = (share: number): string => (100 * share).toFixed(1);
const signed = (share: number): string => `${share < 0 ? '−' : '+'}${points(Math.abs(share))}`;
const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The report as Markdown; scores in percent. */
export function renderReport(report: Report): string {
  const { counts, heldOut, retention, rejects } = report;
  const sections = [
    `# ${capitalized(report.domain)}: ${report.verdict}`,
    renderComparisons(heldOut),
    ...(report.rolledBack ? [report.rolledBack.reason] : []),
    '## Held-out tasks',
    renderScores(heldOut),
    ...(retention ? ['## General tasks', renderComparisons(retention), renderScores(retention)] : []),
    '## Data',
    `${counts.seeds} seeds; ${counts.prompts} prompts wrote ${counts.generated} tasks, of which ${counts.kept} were kept. ` +
      `Training saw ${counts.train} rows; ${counts.valid} only watched the loss.`,
    ...(report.kinds ? [renderKinds(report.kinds)] : []),
    rejects.length === 0
      ? 'No task was rejected.'
      : renderTable(
          ['rejected', 'rule', 'reason'],
          rejects.map(({ count, rule, description }) => [String(count), rule, description]),
        ),
  ];
  return `${sections.join('\n\n')}\n`;
}

function renderKinds(kinds: NonNullable<Report['kinds']>): string {
  const rows = kinds.map(({ kind, generated, kept }) => [kindTitles[kind], String(generated), String(kept)]);
  return renderTable(['kind of task', 'written', 'kept'], rows);
}

function renderComparisons({ comparisons }: Comparisons): string {
  return comparisons.map((comparison) => `- ${renderComparison(comparison)}`).join('\n');
}

/** One sentence, for example "Specialised against base: +31.2 points of F1 (95 % interval +20.1 to +42.0): better." */
export function renderComparison({ of, with: other, difference, verdict }: Comparison): string {
  const { mean, low, high } = difference;
  return `${capitalized(modelNames[of])} against ${modelNames[other]}: ${signed(mean)} points of F1 (95 % interval ${signed(low)} to ${signed(high)}): ${verdict}.`;
}

const columns = ['set', 'n', 'model', 'exact match', 'F1', 'ROUGE-L', 'invalid'];

function renderScores({ overall, tasks, sources }: Comparisons): string {
  return renderTable(columns, [overall, ...sources, ...tasks].flatMap(scoreRows));
}

function scoreRows({ name, count, models, majority, random }: ReportRow): string[][] {
  const rows = Object.entries(models).map(([model, scores]) => [
    modelNames[model as EvaluatedModel],
    points(scores.exactMatch),
    points(scores.f1),
    points(scores.rougeL),
    points(scores.invalidRate),
  ]);
  for (const [label, scores] of [
    ['majority answer', majority],
    ['random answer', random],
  ] as const) {
    if (scores) rows.push([label, points(scores.exactMatch), points(scores.f1), points(scores.rougeL), '']);
  }
  return rows.map((row, i) => [i === 0 ? name : '', i === 0 ? String(count) : '', ...row]);
}

/** A Markdown table; pipes and line breaks in cells are escaped. */
function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\n/g, ' ')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
