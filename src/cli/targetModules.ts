import type { TargetModules } from '../lora/targets.ts';

/** `all-linear`, or a comma-separated list of projection names. */
export function parseTargetModules(text: string): TargetModules {
  return text === 'all-linear' ? text : text.split(',').map((name) => name.trim());
}
