/** What a GPU was told: to run a kernel, or to fill a buffer with zeros. */
type Command =
  | {
      readonly does: 'dispatch';
      readonly given: readonly [GPUComputePipeline, GPUBindGroup, number, number, number];
    }
  | { readonly does: 'clear'; readonly given: Parameters<GPUCommandEncoder['clearBuffer']> };

/** What was told to a GPU while it was recorded; `stop` ends that. */
export interface Recorder {
  /**
   * Tells the GPU to do the same again, once. Null where that cannot be: onnxruntime, asked to capture, records a run and
   * repeats its dispatches at once, so that all of them must come twice. What it fills with zeros before is told by the
   * run alone, and is repeated here; copies are not, since what they are made from may be gone.
   */
  stop(): (() => void) | null;
}

/** Commands of one submission, so that the GPU begins before all is encoded. */
const mostInSubmission = 512;

/** Records what `gpu` is told from now on. Whatever the commands read and write must stay as long as they are repeated. */
export function recordGpu(gpu: GPUDevice): Recorder {
  const before = gpu.createCommandEncoder.bind(gpu);
  const recording = new Recording();
  gpu.createCommandEncoder = (descriptor) => recording.watch(before(descriptor));
  return {
    stop() {
      gpu.createCommandEncoder = before;
      const once = recording.once();
      return once && (() => repeat(gpu, once));
    },
  };
}

class Recording {
  readonly #commands: Command[] = [];
  #isRepeatable = true;

  watch(encoder: GPUCommandEncoder): GPUCommandEncoder {
    observe(encoder, 'clearBuffer', (given) => {
      this.#commands.push({ does: 'clear', given: given as Parameters<typeof encoder.clearBuffer> });
    });
    observe(encoder, 'copyBufferToBuffer', () => (this.#isRepeatable = false));
    const begin = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (descriptor) => this.#watchPass(begin(descriptor));
    return encoder;
  }

  /** The commands up to the middle one of all dispatches; null where the others are not the same again. */
  once(): readonly Command[] | null {
    const dispatches = this.#commands.filter(({ does }) => does === 'dispatch');
    const middle = dispatches.length / 2;
    const isTwice =
      Number.isInteger(middle) &&
      middle > 0 &&
      dispatches.slice(0, middle).every((command, i) => isSame(command, dispatches[middle + i]!));
    if (!this.#isRepeatable || !isTwice) return null;
    const end = this.#commands.indexOf(dispatches[middle]!);
    const again = this.#commands.slice(end);
    return again.every(({ does }) => does === 'dispatch') ? this.#commands.slice(0, end) : null;
  }

  #watchPass(pass: GPUComputePassEncoder): GPUComputePassEncoder {
    let pipeline: GPUComputePipeline | undefined;
    let group: GPUBindGroup | undefined;
    observe(pass, 'setPipeline', ([set]) => (pipeline = set as GPUComputePipeline));
    observe(pass, 'setBindGroup', ([index, set, ...offsets]) => {
      group = set as GPUBindGroup;
      if (index !== 0 || offsets.length > 0) this.#isRepeatable = false;
    });
    observe(pass, 'dispatchWorkgroups', ([x, y = 1, z = 1]) => {
      if (!pipeline || !group) this.#isRepeatable = false;
      else
        this.#commands.push({
          does: 'dispatch',
          given: [pipeline, group, x as number, y as number, z as number],
        });
    });
    observe(pass, 'dispatchWorkgroupsIndirect', () => (this.#isRepeatable = false));
    return pass;
  }
}

const isSame = (a: Command, b: Command) =>
  a.does === b.does && a.given.length === b.given.length && a.given.every((x, i) => x === b.given[i]);

/** Calls `note` with what a method of `encoder` is given, and then the method. */
function observe<Encoder extends object>(
  encoder: Encoder,
  name: keyof Encoder,
  note: (given: readonly unknown[]) => unknown,
): void {
  const method = (encoder[name] as (...given: readonly unknown[]) => unknown).bind(encoder);
  Object.assign(encoder, {
    [name]: (...given: readonly unknown[]) => {
      note(given);
      return method(...given);
    },
  });
}

function repeat(gpu: GPUDevice, commands: readonly Command[]): void {
  for (let start = 0; start < commands.length; start += mostInSubmission) {
    const encoder = gpu.createCommandEncoder();
    encode(encoder, commands.slice(start, start + mostInSubmission));
    gpu.queue.submit([encoder.finish()]);
  }
}

function encode(encoder: GPUCommandEncoder, commands: readonly Command[]): void {
  let pass: GPUComputePassEncoder | null = null;
  let last: GPUComputePipeline | null = null;
  for (const command of commands) {
    if (command.does === 'clear') {
      pass?.end();
      [pass, last] = [null, null];
      encoder.clearBuffer(...command.given);
      continue;
    }
    const [pipeline, group, ...sizes] = command.given;
    pass ??= encoder.beginComputePass();
    if (pipeline !== last) pass.setPipeline(pipeline);
    last = pipeline;
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...sizes);
  }
  pass?.end();
}
