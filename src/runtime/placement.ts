/** Which execution provider runs each node, read from onnxruntime's verbose log. */
export interface Placement {
  /** Provider name (`'WebGpuExecutionProvider'`) → number of its nodes, copies to and from the device included. */
  readonly nodeCounts: Readonly<Record<string, number>>;
  /** Nodes on the CPU as the log names them, `'Hardmax (node name)'`. The log lists them only when providers mix. */
  readonly nodesOnCpu: readonly string[];
}

const header = /(?:All nodes|Node\(s\)) placed on \[(\w+)\]\. Number of nodes: (\d+)/;
const nodeLine = /VerifyEachNodeIsAssignedToAnEp\]\s+(\S+ \(.*\))\s*$/;

/**
 * Reads the placement lines of one session's verbose log (`SessionOptions.logPlacement`).
 * Throws when the log has none: it was not verbose, or onnxruntime words it differently now.
 */
export function parsePlacement(log: string): Placement {
  const nodeCounts: Record<string, number> = {};
  const nodesOnCpu: string[] = [];
  let provider = '';
  for (const line of log.split('\n')) {
    const found = line.match(header);
    const node = line.match(nodeLine);
    if (found) {
      provider = found[1]!;
      nodeCounts[provider] = (nodeCounts[provider] ?? 0) + Number(found[2]);
    } else if (node && provider === 'CPUExecutionProvider') {
      nodesOnCpu.push(node[1]!);
    }
  }
  if (provider === '')
    throw new Error('The log says nothing about node placement; create the session with logPlacement.');
  return { nodeCounts, nodesOnCpu };
}

const channels = ['log', 'info', 'debug', 'warn', 'error'] as const;
let captured: string[] | undefined;
let isTapped = false;

/**
 * Lets `capturePlacement` see what onnxruntime-web prints. Call it before the page's first session: the WebAssembly
 * remembers the console's functions when it starts.
 */
export function tapConsole(): void {
  if (isTapped) return;
  isTapped = true;
  for (const channel of channels) {
    const print = console[channel].bind(console);
    console[channel] = (...words: unknown[]) => {
      if (captured) captured.push(words.join(' '));
      else print(...words);
    };
  }
}

/**
 * Runs `create` (which creates one session with `logPlacement`) and reads the placement from what onnxruntime-web
 * prints meanwhile. Browser only, after `tapConsole`: onnxruntime-node writes its log to the process's stderr.
 */
export async function capturePlacement<T>(
  create: () => Promise<T>,
): Promise<{ result: T; placement: Placement }> {
  if (!isTapped) throw new Error('Call tapConsole before the first session, or the log cannot be read.');
  const lines: string[] = [];
  captured = lines;
  try {
    const result = await create();
    return { result, placement: parsePlacement(lines.join('\n')) };
  } finally {
    captured = undefined;
  }
}
