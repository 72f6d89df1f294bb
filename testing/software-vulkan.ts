// Gives Node a GPU made of software where there is no other: the one that Chromium brings along.
import { existsSync, readdirSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of Debian and Ubuntu, of Google Chrome, and of @sparticuz/chromium, which unpacks itself there. */
const folders = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', tmpdir()];

/** Where drivers leave word of themselves. */
const driverFolders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/nvidia/share/vulkan/icd.d'];

/** The files in which the installed drivers say where they are. */
export function driverFiles(): readonly string[] {
  const files = (folder: string) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);
  return driverFolders.flatMap(files);
}

/** Whether there is a real GPU that Vulkan can use. */
export function hasGpu(): boolean {
  const devices = ['/dev', '/dev/dri'].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  return (
    devices.some((name) => /^(nvidia|renderD)\d+$/.test(name)) &&
    driverFiles().some((file) => !/\/(lvp|gfxstream|virtio)[^/]*$/.test(file))
  );
}

/** A driver that is already named stays, and a real GPU. Without a Chromium nothing is done. Call it before WebGPU is asked for. */
export function provideVulkan(): void {
  const folder = folders.find((each) => existsSync(join(each, 'vk_swiftshader_icd.json')));
  if (process.platform !== 'linux' || !folder) return;
  // SwiftShader takes half a second to compile zeros for 4 kB of workgroup memory. Our shaders write before they read.
  process.env.HORNBOOK_DAWN ??= 'enable-dawn-features=disable_workgroup_init';
  if (!process.env.VK_DRIVER_FILES && !hasGpu())
    process.env.VK_ICD_FILENAMES ??= join(folder, 'vk_swiftshader_icd.json');
  if (!loadLibrary('libvulkan.so.1')) loadLibrary(join(folder, 'libvulkan.so.1')); // the system's own, if it has one
}

/**
 * Loads a library, so that Dawn and others find it loaded when they ask by name; false where it is not there. Node itself then
 * misses its own entry point in it.
 */
export function loadLibrary(library: string): boolean {
  const RTLD_NODELETE = 0x1000;
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_DLOPEN_FAILED') throw error;
    return (error as Error).message.startsWith('Module did not self-register');
  }
  return true;
}
