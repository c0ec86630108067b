import { scalingInput } from '../lora/injectLora.ts';
import type { Device, DeviceTensor, PortMetadata, Session } from '../runtime/device.ts';
import type { AdapterTensors } from './adapterSession.ts';

/** A trained adapter: its matrices in one vector, `loraA` as [in, r] and `loraB` as [r, out]. */
export interface AdapterWeights {
  /** Where each matrix lies, named like the graph's inputs: `<module>.lora_A`, `<module>.lora_B`. */
  readonly layout: {
    readonly entries: readonly {
      readonly name: string;
      readonly shape: readonly number[];
      readonly offset: number;
      readonly length: number;
    }[];
  };
  readonly parameters: Float32Array;
  /** alpha / rank (alpha / √rank for rank-stabilised adapters). */
  readonly scaling: number;
}

const isAdapterInput = (name: string) => name === scalingInput || /\.lora_[AB]$/.test(name);

/** The names of a generation session's adapter inputs; empty for a graph without any. */
export function adapterInputs(session: Session): ReadonlySet<string> {
  return new Set(session.inputNames.filter(isAdapterInput));
}

/**
 * An adapter's matrices on the device, one tensor per adapter input of the session. Modules that the graph can adapt
 * and the adapter does not get zeros. The caller disposes the tensors.
 * @throws when the adapter has a module that the graph cannot adapt, or a matrix of another shape.
 */
export function uploadAdapter(adapter: AdapterWeights, session: Session, device: Device): AdapterTensors {
  const inputs = adapterInputs(session);
  const unknown = adapter.layout.entries.find(({ name }) => !inputs.has(name));
  if (unknown) {
    throw new Error(
      `The adapter has ${unknown.name}, which this generation graph does not take; build the graph with the adapter's target modules.`,
    );
  }
  const entries = new Map(adapter.layout.entries.map((entry) => [entry.name, entry]));
  // One rank for all modules: the graph has one dimension for it, and one scaling.
  const rank = adapter.layout.entries[0]?.shape[1] ?? 1;
  return uploadPorts(session, device, (port) => {
    if (port.name === scalingInput) return { data: Float32Array.of(adapter.scaling), dims: [1] };
    const dims = resolveShape(port, rank);
    const entry = entries.get(port.name);
    if (!entry) return { data: new Float32Array(sizeOf(dims)), dims };
    requireShape(port, entry.shape, dims);
    return { data: adapter.parameters.slice(entry.offset, entry.offset + entry.length), dims };
  });
}

/** Zeros of rank 1 for every adapter input: the base model, bit for bit. The caller disposes the tensors. */
export function uploadZeroAdapter(session: Session, device: Device): AdapterTensors {
  return uploadPorts(session, device, (port) => {
    const dims = resolveShape(port, 1);
    return { data: new Float32Array(sizeOf(dims)), dims };
  });
}

/** Releases an adapter's tensors. */
export function disposeAdapter(tensors: AdapterTensors): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}

interface Matrix {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

function uploadPorts(
  session: Session,
  device: Device,
  matrixOf: (port: PortMetadata) => Matrix,
): AdapterTensors {
  const tensors: Record<string, DeviceTensor> = {};
  try {
    for (const port of session.inputMetadata) {
      if (!isAdapterInput(port.name)) continue;
      const { data, dims } = matrixOf(port);
      tensors[port.name] = device.upload(data, dims);
    }
    return tensors;
  } catch (error) {
    disposeAdapter(tensors);
    throw error;
  }
}

/** The declared shape with the symbolic rank filled in. */
function resolveShape(port: PortMetadata, rank: number): number[] {
  return (port.shape ?? [1]).map((dim) => (typeof dim === 'number' && dim > 0 ? dim : rank));
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

function requireShape(port: PortMetadata, shape: readonly number[], expected: readonly number[]): void {
  if (shape.length === expected.length && shape.every((dim, i) => dim === expected[i])) return;
  throw new Error(
    `The adapter's ${port.name} is [${shape.join(', ')}], but the model needs [${expected.join(', ')}]; it was trained on another model.`,
  );
}
