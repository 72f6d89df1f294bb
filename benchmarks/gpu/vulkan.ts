// What containers often lack of Vulkan, made good without installing anything: its loader, and the file that names NVIDIA's driver.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { loadLibrary } from '../../testing/software-vulkan.ts';

const folder = join(tmpdir(), 'hornbook-vulkan');

/** Where Vulkan's loader looks for drivers by itself. */
const usual = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
/** Where some clouds mount NVIDIA's. */
const mounted = '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json';

/** Does so, and says what was done. Call it before WebGPU is asked for; a program that is started calls it again. */
export function provideVulkan(): readonly string[] {
  if (process.platform !== 'linux') return [];
  const done: string[] = [];
  if (!loadLibrary('libvulkan.so.1') && process.arch === 'x64') {
    loadLibrary(unpackLoader());
    done.push(
      "Vulkan's loader is that of the npm package @sparticuz/chromium; apt-get install libvulkan1 is the system's own",
    );
  }
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES } = process.env;
  const nvidia = readdirSync('/dev').some((name) => /^nvidia\d+$/.test(name));
  if (nvidia && !VK_DRIVER_FILES && !VK_ICD_FILENAMES && !VK_ADD_DRIVER_FILES) {
    const file = nvidiaFile();
    if (file) {
      process.env.VK_ADD_DRIVER_FILES = file;
      done.push(`NVIDIA's driver for Vulkan is named by VK_ADD_DRIVER_FILES=${file}`);
    }
  }
  return done;
}

/** The one that the tests' browser brings along. */
function unpackLoader(): string {
  const library = join(folder, 'libvulkan.so.1');
  if (existsSync(library)) return library;
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const packed = join(dirname(entry), '..', 'bin', 'swiftshader.tar.br');
  mkdirSync(folder, { recursive: true });
  const input = brotliDecompressSync(readFileSync(packed));
  const { status, stderr } = spawnSync('tar', ['-x', '-C', folder, 'libvulkan.so.1'], { input });
  if (status !== 0) throw new Error(`tar cannot unpack ${packed}: ${stderr}`);
  return library;
}

/** A file that names the driver, where none that works is in the usual places. */
function nvidiaFile(): string | undefined {
  const library = ['libGLX_nvidia.so.0', 'libEGL_nvidia.so.0'].find(loadLibrary); // the first needs X's libraries
  if (!library) return existsSync(mounted) ? mounted : undefined;
  const known = usual.some((each) => existsSync(each) && readdirSync(each).some((name) => name.includes('nvidia')));
  if (known && library.startsWith('libGLX')) return undefined;
  if (existsSync(mounted) && library.startsWith('libGLX')) return mounted;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'nvidia_icd.json');
  const driver = { file_format_version: '1.0.0', ICD: { library_path: library, api_version: '1.3.0' } };
  writeFileSync(file, JSON.stringify(driver));
  return file;
}
