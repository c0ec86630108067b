import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Cores that this process may compute on, two threads of one core counted once; undefined where the system does not say
 * (onnxruntime asks Windows and macOS itself). On Linux onnxruntime's own count is half of the processors where it does not
 * know their kind, as in many virtual machines, and with two cores it would leave one idle.
 */
export function physicalCores(cpuInfo: string | null = readCpuInfo()): number | undefined {
  const processors = cpuInfo?.split(/\n\s*\n/).map((entry) => {
    const [socket, core] = [/^physical id\s*:\s*(\d+)/m.exec(entry), /^core id\s*:\s*(\d+)/m.exec(entry)];
    return socket && core ? `${socket[1]}:${core[1]}` : null;
  });
  const cores = new Set(processors?.filter((core) => core !== null)).size;
  return cores > 0 ? Math.min(cores, availableParallelism()) : undefined;
}

function readCpuInfo(): string | null {
  try {
    return process.platform === 'linux' ? readFileSync('/proc/cpuinfo', 'utf8') : null;
  } catch {
    return null;
  }
}
