import type { Device, Session, SessionOptions, SessionSource } from '../runtime/device.ts';
import type { FixedTensors } from '../runtime/fixedTensors.ts';

/** What sessions of a device took, in seconds. */
export interface Observed {
  /** Creation, by the session's label. */
  readonly created: ReadonlyMap<string, number>;
  /** From calling `run` until its promise was fulfilled; of every run, by label. */
  readonly runs: ReadonlyMap<string, number[]>;
}

/**
 * The same device, with its sessions timed. `keepsAll` leaves all that they compute on the device: then a run on WebGPU
 * ends when it was submitted, and what it took was taken by this thread alone.
 */
export function observe(device: Device, keepsAll = false): { device: Device; observed: Observed } {
  const created = new Map<string, number>();
  const runs = new Map<string, number[]>();
  const createSession = async (source: SessionSource, options: SessionOptions = {}): Promise<Session> => {
    const label = options.label ?? 'graph';
    const start = performance.now();
    const session = await device.createSession(
      source,
      keepsAll ? { ...options, keepOnDevice: true } : options,
    );
    created.set(label, secondsSince(start));
    return timed(session, (seconds) => runs.set(label, [...(runs.get(label) ?? []), seconds]));
  };
  const fixed = device.fixed && timedBinding(device.fixed, (label, time) => created.set(label, time));
  // A proxy, since the methods of a device reach for its private parts.
  const observing = new Proxy(device, {
    get(target, name: keyof Device) {
      if (name === 'createSession') return createSession;
      if (name === 'fixed') return fixed;
      const member: unknown = target[name];
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  return { device: observing, observed: { created, runs } };
}

function timedBinding(fixed: FixedTensors, note: (label: string, seconds: number) => void): FixedTensors {
  const bind: FixedTensors['bind'] = async (source, tensors, options) => {
    const start = performance.now();
    const session = await fixed.bind(source, tensors, options);
    note(options?.label ?? 'graph', secondsSince(start));
    return session;
  };
  return {
    bind,
    hold: (host) => fixed.hold(host),
    assign: (...pairs) => fixed.assign(...pairs),
    clear: (tensor) => fixed.clear(tensor),
    read: (tensor) => fixed.read(tensor),
  };
}

function timed(session: Session, note: (seconds: number) => void): Session {
  const { inputNames, outputNames, inputMetadata, outputMetadata } = session;
  const run: Session['run'] = async (feeds, fetches) => {
    const start = performance.now();
    const outputs = await session.run(feeds, fetches);
    note(secondsSince(start));
    return outputs;
  };
  return { inputNames, outputNames, inputMetadata, outputMetadata, run, dispose: () => session.dispose() };
}

const secondsSince = (start: number) => (performance.now() - start) / 1000;
