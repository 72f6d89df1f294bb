// The advice for a machine without a usable GPU is about that machine.
import { expect, test } from 'vitest';
import { driverAdvice, type Surroundings } from './driver-advice.ts';

const bare: Surroundings = {
  distribution: 'debian',
  container: false,
  nvidia: false,
  render: false,
  loader: true,
  drivers: [],
  missing: [],
  capabilities: '',
};

test.each<[string, Partial<Surroundings>, RegExp]>([
  ['no loader', { loader: false }, /apt-get install libvulkan1\. And the driver of the GPU$/],
  [
    'no loader, and a GPU without a driver for Vulkan',
    { loader: false, container: true, nvidia: true, capabilities: 'compute,utility' },
    /apt-get install libvulkan1\. The container .* NVIDIA_DRIVER_CAPABILITIES=all/,
  ],
  [
    'no loader, and a driver',
    { loader: false, render: true, drivers: ['radeon_icd.json'] },
    /apt-get install libvulkan1$/,
  ],
  [
    'a driver that is named and is not there',
    { nvidia: true, drivers: ['/nowhere.json'], missing: ['/nowhere.json'] },
    /VK_DRIVER_FILES .* names \/nowhere\.json, which is not there/,
  ],
  [
    "NVIDIA's driver file in a cloud's place",
    { container: true, nvidia: true, capabilities: 'all', elsewhere: '/usr/local/nvidia/nvidia_icd.json' },
    /export VK_DRIVER_FILES=\/usr\/local\/nvidia\/nvidia_icd\.json$/,
  ],
  ['no GPU', {}, /shows no GPU .* lspci/],
  ['a container without a GPU', { container: true }, /--gpus all .* --device \/dev\/dri/],
  [
    'a container with the GPU for computing alone',
    { container: true, nvidia: true, capabilities: 'compute,utility' },
    /NVIDIA_DRIVER_CAPABILITIES=all \(now compute,utility; it needs graphics\)/,
  ],
  ['a container that says nothing', { container: true, nvidia: true }, /now unset/],
  [
    'a container without the driver file',
    { container: true, nvidia: true, capabilities: 'all' },
    /nvidia_icd\.json is missing: write \{.*libGLX_nvidia\.so\.0.*VK_DRIVER_FILES/,
  ],
  ['NVIDIA on Debian', { nvidia: true, drivers: ['intel_icd.json'] }, /apt-get install nvidia-vulkan-icd; or write/],
  ['NVIDIA on Ubuntu', { nvidia: true, distribution: 'ubuntu' }, /apt-get install libnvidia-gl-NUMBER/],
  ['NVIDIA with a driver that fails', { nvidia: true, drivers: ['nvidia_icd.json'] }, /nvidia-smi works/],
  ['AMD or Intel without a driver', { render: true }, /apt-get install mesa-vulkan-drivers/],
  [
    'AMD or Intel with a driver that fails',
    { render: true, drivers: ['radeon_icd.json'] },
    /radeon_icd\.json.*video, render/,
  ],
])('%s', (_, machine, advice) => {
  expect(driverAdvice({ ...bare, ...machine })).toMatch(advice);
});
