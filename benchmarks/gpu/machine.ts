// What a figure belongs to: GPU, driver, processor, date, versions.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { describeAdapter, findAdapter } from '@hornbook/backend-webgpu/adapter';
import { provideVulkan } from './vulkan.ts';

/** Ends the program with what to do where there is no such adapter. */
export async function describeMachine(adapterName: string | undefined): Promise<Record<string, string>> {
  const provided = provideVulkan();
  const adapter = await findAdapter(adapterName);
  if (typeof adapter === 'string') {
    for (const line of [...provided, adapter]) console.error(line);
    console.error("VK_LOADER_DEBUG=error,warn,driver before the command shows what Vulkan's loader tries.");
    process.exit(1);
  }
  const { name, vendor, architecture } = describeAdapter(adapter);
  const { maxBufferSize, maxComputeWorkgroupStorageSize } = adapter.limits;
  const features = [...adapter.features].filter((feature) => /subgroups|f16|timestamp/.test(feature));
  return {
    GPU: name,
    Adapter:
      `${[vendor, architecture].filter(Boolean).join(', ')}; ${features.join(', ') || 'no optional features'}; buffers up to ` +
      `${(maxBufferSize / 2 ** 30).toFixed(1)} GiB, ${maxComputeWorkgroupStorageSize / 1024} KiB for a workgroup`,
    Driver: driver() ?? adapter.info.description,
    ...(provided.length > 0 && { Vulkan: provided.join('; ') }),
    Processor: `${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB; ${type()} ${release()}`,
    Versions: `Node ${process.version}, webgpu ${versionOf('webgpu')}, TensorFlow.js ${versionOf('@tensorflow/tfjs-core')}${commit()}`,
    Date: new Date().toISOString().slice(0, 16).replace('T', ' '),
  };
}

/** Of NVIDIA, in its own words, with the memory where nvidia-smi is there. */
function driver(): string | undefined {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8' });
  if (status === 0) return stdout.trim().split('\n').join('; ');
  const file = '/proc/driver/nvidia/version';
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : undefined;
}

function versionOf(name: string): string {
  const require = createRequire(import.meta.url);
  const folder = require.resolve.paths(name)?.find((each) => existsSync(`${each}/${name}/package.json`));
  return folder ? require(`${folder}/${name}/package.json`).version : 'of no known version';
}

function commit(): string {
  const { status, stdout } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' });
  return status === 0 ? `, Hornbook ${stdout.trim()}` : '';
}
