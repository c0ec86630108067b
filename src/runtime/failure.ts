/** What went wrong, for code that reacts to it; the message is for people. */
export type FailureKind =
  | 'webgpu-unavailable'
  | 'device-lost'
  | 'out-of-memory'
  | 'missing-weights'
  | 'cpu-fallback'
  | 'capture-refused'
  | 'session-failed'
  | 'run-failed';

/** One clear sentence about the machine or the session that failed; `cause` keeps onnxruntime's own words. */
export class RuntimeFailure extends Error {
  override readonly name = 'RuntimeFailure';

  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Said before a run that would take more than there is; `available` null where nobody knows how much that is. */
export function lackOfMemory(bytes: number, available: number | null, cause?: unknown): RuntimeFailure {
  const megabytes = (count: number) => `${(count / 1e6).toFixed(0)} MB`;
  const lack =
    available === null ? 'which this device does not give' : `and only ${megabytes(available)} are free`;
  return new RuntimeFailure(
    'out-of-memory',
    `A run would take ${megabytes(bytes)}, ${lack}; lower the batch size, the maximum length or the rank, or close other programs.`,
    { cause },
  );
}

interface FailurePattern {
  readonly kind: FailureKind;
  readonly pattern: RegExp;
  readonly sentence: (what: string, match: RegExpMatchArray) => string;
}

// onnxruntime has no error codes in JavaScript, so its texts are recognised; the first row that matches wins.
const patterns: readonly FailurePattern[] = [
  {
    kind: 'webgpu-unavailable',
    pattern:
      /Failed to get a WebGPU (?:adapter|device)|no available adapter|WebGPU is not supported|backend not found.*webgpu/i,
    sentence: (what) =>
      `WebGPU is not available here, so the ${what} cannot run on it; update the browser or graphics driver, or choose the CPU.`,
  },
  {
    kind: 'device-lost',
    pattern: /device (?:was |is )?lost|DXGI_ERROR_DEVICE|VK_ERROR_DEVICE_LOST/i,
    sentence: (what) =>
      `The GPU was lost while the ${what} ran (driver reset or sleep); resume from the last checkpoint.`,
  },
  {
    kind: 'out-of-memory',
    pattern:
      /out of memory|bad_alloc|Failed to allocate (?:memory|a buffer)|memory access out of bounds.*grow|exceeds the max(?:imum)? buffer size|Array buffer allocation failed|VK_ERROR_OUT_OF/i,
    sentence: (what) =>
      `The ${what} needs more memory than this device gives; lower the batch size, the maximum length or the rank.`,
  },
  {
    kind: 'cpu-fallback',
    pattern: /fallback to CPU EP has been explicitly disabled/,
    sentence: (what) =>
      `The ${what} has nodes that WebGPU cannot run, and falling back to the CPU was forbidden.`,
  },
  {
    kind: 'capture-refused',
    pattern: /cannot use the graph capture feature|Graph capture did not complete/,
    sentence: (what) => `The ${what} has nodes whose work cannot be recorded and repeated; run it without.`,
  },
  {
    kind: 'missing-weights',
    pattern: /External data path does not exist: "([^"]*)"/,
    sentence: (what, match) =>
      `The ${what} needs the weight file ${match[1]}, which does not exist; download the model completely.`,
  },
  {
    kind: 'missing-weights',
    pattern: /External data path escapes[^"]*External data path: "([^"]*)"/,
    sentence: (what, match) =>
      `The ${what} refers to the weight file ${match[1]}, which lies outside the model's folder.`,
  },
  {
    kind: 'missing-weights',
    pattern: /External initializer: (\S+) offset: (\d+) size to read: (\d+) given file_length: (\d+)/,
    sentence: (what, [, name, offset, size, length]) =>
      `The ${what} reads ${size} bytes at ${offset} for the weight ${name}, but its file has only ${length} bytes; download the model again.`,
  },
  {
    kind: 'missing-weights',
    pattern:
      /Failed to load external data file[: "]*([^",\s]*)|Module\.MountedFiles|not found in preloaded files/,
    sentence: (what, match) =>
      `The ${what} needs a weight file that was not handed over${match[1] ? ` (${match[1]})` : ''}; download the model completely.`,
  },
];

/** Translates whatever onnxruntime threw while working on `what` into one clear sentence. */
export function describeFailure(error: unknown, what: string, otherwise: FailureKind): RuntimeFailure {
  if (error instanceof RuntimeFailure) return error;
  const text = error instanceof Error ? error.message : String(error);
  for (const { kind, pattern, sentence } of patterns) {
    const match = text.match(pattern);
    if (match) return new RuntimeFailure(kind, sentence(what, match), { cause: error });
  }
  const verb = otherwise === 'run-failed' ? 'failed while running' : 'could not be loaded by onnxruntime';
  return new RuntimeFailure(otherwise, `The ${what} ${verb}: ${firstLine(text)}`, { cause: error });
}

function firstLine(text: string): string {
  return (
    text
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? 'no reason given'
  );
}
