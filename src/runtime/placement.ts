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

/**
 * Runs `create` (which creates a session with `logPlacement`) and reads the placement from what onnxruntime-web
 * prints to the console meanwhile. Browser only: onnxruntime-node writes its log to the process's stderr.
 */
export async function capturePlacement<T>(
  create: () => Promise<T>,
): Promise<{ result: T; placement: Placement }> {
  const lines: string[] = [];
  const originals = channels.map((channel) => [channel, console[channel]] as const);
  for (const channel of channels)
    console[channel] = (...words: unknown[]) => void lines.push(words.join(' '));
  try {
    const result = await create();
    return { result, placement: parsePlacement(lines.join('\n')) };
  } finally {
    for (const [channel, original] of originals) console[channel] = original;
  }
}
