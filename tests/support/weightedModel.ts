import { encodeModel } from '../../src/onnx/encode.ts';

/** Number of elements of the weight that `weightedModel` refers to. */
export const weightCount = 64;

/** `y = x + w` for 64 floats or `count`, with `w` at `offset` of the file `location`, as ONNX bytes. */
export function weightedModel(location: string, offset: number, count = weightCount): Uint8Array {
  const value = (name: string) => ({ name, elementType: 'float32', shape: [count] }) as const;
  const data = { location, offset, length: count * 4 };
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'weighted',
      nodes: [{ name: 'sum', opType: 'Add', domain: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
      inputs: [value('x')],
      outputs: [value('y')],
      initializers: [{ name: 'w', elementType: 'float32', dims: [count], data }],
      valueInfos: [],
    },
  });
}

/** A file of 1,000 bytes in which `w` = 0, 1, 2, … begins at `offset`. */
export function weightFile(offset: number): Uint8Array {
  const file = new Uint8Array(1000);
  file.set(new Uint8Array(Float32Array.from({ length: weightCount }, (_, i) => i).buffer), offset);
  return file;
}

/** `y = Hardmax(x + x)`: an op that the WebGPU provider has no kernel for, behind one that it has. */
export function cpuOnlyModel(): Uint8Array {
  const value = (name: string) => ({ name, elementType: 'float32', shape: [4] }) as const;
  const node = (name: string, opType: string, inputs: string[], output: string) => ({
    name,
    opType,
    domain: '',
    inputs,
    outputs: [output],
    attributes: {},
  });
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'mixed',
      nodes: [node('double', 'Add', ['x', 'x'], 'twice'), node('peak', 'Hardmax', ['twice'], 'y')],
      inputs: [value('x')],
      outputs: [value('y')],
      initializers: [],
      valueInfos: [],
    },
  });
}

/** `y` = rows `i` of a [8, 64] table of 4-bit numbers (all bytes 0x19) times 0.5, as embeddings of 4-bit models are. */
export function quantizedGatherModel(): Uint8Array {
  const int = (value: number) => ({ type: 'int', value }) as const;
  const scales = new Uint8Array(new Float32Array(16).fill(0.5).buffer);
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21, 'com.microsoft': 1 },
    graph: {
      name: 'embedding',
      nodes: [
        {
          name: 'embed',
          opType: 'GatherBlockQuantized',
          domain: 'com.microsoft',
          inputs: ['table', 'i', 'scales'],
          outputs: ['y'],
          attributes: { bits: int(4), block_size: int(32), gather_axis: int(0), quantize_axis: int(1) },
        },
      ],
      inputs: [{ name: 'i', elementType: 'int64', shape: [1] }],
      outputs: [{ name: 'y', elementType: 'float32', shape: [1, 64] }],
      initializers: [
        {
          name: 'table',
          elementType: 'uint8',
          dims: [8, 32],
          data: { bytes: new Uint8Array(256).fill(0x19) },
        },
        { name: 'scales', elementType: 'float32', dims: [8, 2], data: { bytes: scales } },
      ],
      valueInfos: [],
    },
  });
}
