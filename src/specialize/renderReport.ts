import { controlTitles } from './controlNames.ts';
import type { GroupScores } from '../evaluation/evaluate.ts';
import { coverageFile, describeCoverage } from './coverageFigure.ts';
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

/** The report as Markdown; scores in percent. Of every set the tasks come first, what they come to together second. */
export function renderReport(report: Report): string {
  const { counts, heldOut, fewShot, retention, rejects, settings } = report;
  const sections = [
    `# ${capitalized(report.domain)}: ${report.verdict}`,
    ...(report.rolledBack ? [report.rolledBack.reason] : []),
    ...renderSet('Held-out tasks', heldOut),
    ...(fewShot ? renderSet(`Held-out tasks after ${settings.fewShot} answered seeds`, fewShot) : []),
    ...(retention ? renderSet('General tasks', retention) : []),
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
    ...renderCoverageSection(report),
  ];
  return `${sections.join('\n\n')}\n`;
}

function renderKinds(kinds: NonNullable<Report['kinds']>): string {
  const rows = kinds.map(({ kind, generated, kept }) => [kindTitles[kind], String(generated), String(kept)]);
  return renderTable(['kind of task', 'written', 'kept'], rows);
}

function renderCoverageSection({ coverage }: Report): string[] {
  if (!coverage?.kept) return [];
  const half = coverage.half ? `Halfway: ${describeCoverage(coverage.half)} ` : '';
  const kept = `At the end: ${describeCoverage(coverage.kept)}`;
  return ['## Coverage', half + kept, `![Map of passages and kept tasks](${coverageFile})`];
}

function renderSet(title: string, set: Comparisons): string[] {
  const loss = renderLoss(set.overall);
  return [
    `## ${title}`,
    renderChanges(set.tasks),
    'Together:',
    renderChanges([...set.sources, set.overall]),
    set.comparisons.map((comparison) => `- ${renderComparison(comparison)}`).join('\n'),
    ...(loss ? [loss] : []),
    'All scores:',
    renderScores(set),
  ];
}

/** One sentence, for example "Specialised against base: +31.2 points of F1 (95 % interval +20.1 to +42.0): better." */
export function renderComparison({ of, with: other, difference, verdict }: Comparison): string {
  const { mean, low, high } = difference;
  return `${capitalized(modelNames[of])} against ${modelNames[other]}: ${signed(mean)} points of F1 (95 % interval ${signed(low)} to ${signed(high)}): ${verdict}.`;
}

/** What specialising changed, row by row; reports from before rows were compared have no interval and no verdict. */
function renderChanges(rows: readonly ReportRow[]): string {
  const header = ['set', 'n', 'F1 before', 'F1 after', 'change', '95 % interval', 'verdict'];
  const cells = rows.map(({ name, count, models, comparison }) => {
    const [before, after] = [models.base?.f1 ?? 0, models.specialized?.f1 ?? 0];
    const interval = comparison && [comparison.difference.low, comparison.difference.high];
    return [
      ...[name, String(count), points(before), points(after), signed(after - before)],
      ...[interval?.map(signed).join(' to ') ?? '–', comparison?.verdict ?? '–'],
    ];
  });
  return renderTable(header, cells);
}

function renderLoss({ models: { base, specialized } }: ReportRow): string | null {
  if (base?.loss === undefined || specialized?.loss === undefined) return null;
  return `Loss of the right answers: ${base.loss.toFixed(3)} before, ${specialized.loss.toFixed(3)} after (nats per token).`;
}

interface ScoreColumn {
  readonly title: string;
  /** Undefined where these items have no such score. */
  readonly of: (scores: Partial<GroupScores>) => string | undefined;
}

const share = (value: number | undefined) => (value === undefined ? undefined : points(value));

const columns: readonly ScoreColumn[] = [
  { title: 'exact match', of: ({ exactMatch }) => share(exactMatch) },
  { title: 'F1', of: ({ f1 }) => share(f1) },
  { title: 'label F1', of: ({ labelF1 }) => share(labelF1) },
  { title: 'ROUGE-L', of: ({ rougeL }) => share(rougeL) },
  { title: 'invalid', of: ({ invalidRate }) => share(invalidRate) },
  { title: 'likeliest label', of: ({ likeliest }) => share(likeliest?.accuracy) },
  { title: 'its label F1', of: ({ likeliest }) => share(likeliest?.labelF1) },
  { title: 'by sum', of: ({ likeliest }) => share(likeliest?.accuracyByTotal) },
  { title: 'loss', of: ({ loss }) => loss?.toFixed(3) },
];

/** Every score of every model; a column that no row has anything for is left out. */
function renderScores({ overall, tasks, sources }: Comparisons): string {
  const rows = [...tasks, ...sources, overall];
  const shown = columns.filter(({ of }) =>
    rows.some(({ models }) => Object.values(models).some((scores) => of(scores) !== undefined)),
  );
  const header = ['set', 'n', 'model', ...shown.map(({ title }) => title)];
  return renderTable(
    header,
    rows.flatMap((row) => scoreRows(row, shown)),
  );
}

function scoreRows({ name, count, models, majority, random }: ReportRow, shown: readonly ScoreColumn[]) {
  const scored: [string, Partial<GroupScores>][] = Object.entries(models).map(([model, scores]) => [
    modelNames[model as EvaluatedModel],
    scores,
  ]);
  if (majority) scored.push(['majority answer', majority]);
  if (random) scored.push(['random answer', random]);
  return scored.map(([model, scores], i) => [
    ...[i === 0 ? name : '', i === 0 ? String(count) : '', model],
    ...shown.map(({ of }) => of(scores) ?? ''),
  ]);
}

/** A Markdown table; pipes and line breaks in cells are escaped. */
function renderTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '\\|').replace(/\n/g, ' ')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
