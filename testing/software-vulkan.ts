// Gives Node a GPU made of software where there is no other: the one that Chromium brings along.
import { existsSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of Debian and Ubuntu, of Google Chrome, and of @sparticuz/chromium, which unpacks itself there. */
const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', tmpdir()];

/** A driver that is already named stays. Without a Chromium nothing is done. Call it before WebGPU is first asked for. */
export function provideVulkan(): void {
  const folder = folders.find((each) => existsSync(join(each, 'vk_swiftshader_icd.json')));
  if (process.platform !== 'linux' || !folder) return;
  // SwiftShader takes half a second to compile zeros for 4 kB of workgroup memory. Our shaders write before they read.
  process.env.HORNBOOK_DAWN ??= 'enable-dawn-features=disable_workgroup_init';
  if (!process.env.VK_DRIVER_FILES) process.env.VK_ICD_FILENAMES ??= join(folder, 'vk_swiftshader_icd.json');
  keepLoaded('libvulkan.so.1'); // the system's own first, if it has one
  keepLoaded(join(folder, 'libvulkan.so.1'));
}

/** Loads a library by its path, so that Dawn finds it loaded when it asks by name. Node then misses its own entry point. */
function keepLoaded(library: string): void {
  const RTLD_NODELETE = 0x1000;
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_DLOPEN_FAILED') throw error;
  }
}
