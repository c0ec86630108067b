import type { Device } from '../../src/runtime/device.ts';
import type { FixedTensors } from '../../src/runtime/fixedTensors.ts';

/** The device, some of whose ways with fixed tensors are others; `null`: without any. */
export function withFixed(device: Device, changes: Partial<FixedTensors> | null): Device {
  const original = device.fixed!;
  const fixed: FixedTensors = {
    hold: original.hold.bind(original),
    bind: original.bind.bind(original),
    assign: original.assign.bind(original),
    clear: original.clear.bind(original),
    read: original.read.bind(original),
    ...changes,
  };
  return new Proxy(device, {
    get(target, name: keyof Device) {
      if (name === 'fixed') return changes === null ? undefined : fixed;
      const member: unknown = target[name];
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
