import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { findChromium } from './findChromium.ts';

/** Chromium brings SwiftShader, a Vulkan driver in software, in its program folder. */
function swiftShaderDriver(): string | undefined {
  const chromium = findChromium();
  const beside = chromium ? [dirname(realpathSync(chromium))] : [];
  const folders = [...beside, '/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome'];
  return folders.map((folder) => join(folder, 'vk_swiftshader_icd.json')).find((file) => existsSync(file));
}

/**
 * Environment variables under which onnxruntime-node's WebGPU provider finds a Vulkan driver on a machine without a
 * graphics card. Empty where a driver was chosen already (`VK_DRIVER_FILES`) or Chromium has none to lend.
 */
export function softwareVulkan(): Record<string, string> {
  const driver = swiftShaderDriver();
  if (process.platform !== 'linux' || process.env.VK_DRIVER_FILES || !driver) return {};
  return { VK_DRIVER_FILES: driver, XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? tmpdir() };
}
