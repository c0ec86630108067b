import type { BrowserFigures } from '../engine/browserBench.ts';
import type { BenchProgress, StepFigures } from '../engine/benchStep.ts';
import type { DeviceChoice, LivingWorker } from './whittleWorkerApi.ts';

export type { BenchProgress, BrowserFigures, StepFigures };

/** The worker that measures; it is asked once, since its device's memory is watched from the first byte on. */
export interface BenchApi extends LivingWorker {
  /** Measures the parts of a step of the embedded model, each `rounds` times in turn. */
  measure(
    rounds: number,
    device: DeviceChoice,
    onProgress: (progress: BenchProgress) => void,
  ): Promise<BrowserFigures>;
}

/** A figure of a measured step, as tables show it. */
export interface BenchColumn {
  readonly title: string;
  readonly meaning: string;
  readonly cell: (figures: StepFigures) => string;
}

const seconds = (value: number) => value.toFixed(value < 1 ? 3 : 2);
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
const none = '–';
const milliseconds = (spread: StepFigures['submitSeconds']) =>
  spread ? (spread.median * 1000).toFixed(1) : none;

/** What is known of a measured step, in the order of tables. */
export const benchColumns: readonly BenchColumn[] = [
  {
    title: 'rows × tokens',
    meaning: 'Rows of a step and their length; the loss counts every token but the first of each.',
    cell: ({ batchSize, sequenceLength }) => `${batchSize} × ${sequenceLength}`,
  },
  {
    title: 'forward s',
    meaning: 'Loss of these rows alone; median.',
    cell: (figures) => seconds(figures.seconds.forward.median),
  },
  {
    title: 'training s',
    meaning: 'Loss and gradient of the same rows; median, in turn with the forward pass.',
    cell: (figures) => seconds(figures.seconds.training.median),
  },
  {
    title: 'step in forwards',
    meaning: 'The one divided by the other. Below 2 nothing can come that computes both.',
    cell: (figures) => figures.stepInForwards.toFixed(2),
  },
  {
    title: 'optimizer s',
    meaning: 'Clipping and AdamW; median.',
    cell: (figures) => seconds(figures.seconds.optimizer.median),
  },
  {
    title: 'tokens/s',
    meaning: 'Tokens trained on per second: training graph and optimizer together.',
    cell: (figures) => figures.tokensPerSecond.toFixed(figures.tokensPerSecond < 10 ? 1 : 0),
  },
  {
    title: 'compile s',
    meaning: 'From the model’s graph to the graphs that train it.',
    cell: (figures) => seconds(figures.compileSeconds),
  },
  {
    title: 'session s',
    meaning: 'Until onnxruntime has the training graph ready.',
    cell: (figures) => seconds(figures.sessionSeconds.training),
  },
  {
    title: 'nodes',
    meaning: 'Of the training graph.',
    cell: (figures) => String(figures.graphs.training.nodes),
  },
  {
    title: 'kernels per layer',
    meaning: 'Nodes of the training graph that compute something, for each layer of the model.',
    cell: (figures) => figures.kernelsPerLayer.toFixed(0),
  },
  {
    title: 'dispatches',
    meaning: 'Kernels that the graphics card was asked for in a step, counted.',
    cell: ({ dispatches }) => (dispatches ? String(dispatches.training + dispatches.optimizer) : none),
  },
  {
    title: 'MB moved',
    meaning: 'What the kernels of the training graph read and write, computed from shapes.',
    cell: (figures) => megabytes(figures.graphs.training.bytes),
  },
  {
    title: 'in forwards',
    meaning: 'That, divided by what the forward pass moves.',
    cell: (figures) => figures.bytesInForwards.toFixed(2),
  },
  {
    title: 'peak MB',
    meaning: 'Memory taken at most by a step: buffers of the graphics card, or all of WebAssembly’s memory.',
    cell: ({ peakBytes }) => (peakBytes === null ? none : megabytes(peakBytes)),
  },
  {
    title: 'JavaScript ms',
    meaning: 'Of a step, until all of it is submitted to a graphics card that is told anew what to do.',
    cell: ({ submitSeconds }) => milliseconds(submitSeconds),
  },
  {
    title: 'recorded',
    meaning: 'The same of a step that the graphics card was told once and repeats.',
    cell: ({ capturedSubmitSeconds }) => milliseconds(capturedSubmitSeconds ?? null),
  },
];
