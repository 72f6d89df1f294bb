// What to do where Node finds no GPU: looked up on the machine, and said for the case at hand.

/** What a Linux machine shows of its GPUs and of their drivers. */
export type Surroundings = {
  /** Of /etc/os-release: debian, ubuntu … */
  readonly distribution: string;
  readonly container: boolean;
  /** An NVIDIA GPU's device file. */
  readonly nvidia: boolean;
  /** A device file of any GPU that the kernel drives. */
  readonly render: boolean;
  readonly loader: boolean;
  /** Names of Vulkan's driver files. */
  readonly drivers: readonly string[];
  /** NVIDIA_DRIVER_CAPABILITIES */
  readonly capabilities: string;
};

/** What is missing, and the command that installs it. */
export function driverAdvice(machine: Surroundings): string {
  const { container, nvidia, render, loader, capabilities } = machine;
  if (!loader)
    return 'The Vulkan loader libvulkan.so.1 is missing: apt-get install libvulkan1, and the driver of the GPU';
  if (nvidia) {
    const parts = capabilities.split(',');
    if (container && !parts.includes('all') && !parts.includes('graphics')) {
      return (
        'The container has an NVIDIA GPU, but not for Vulkan: start it with --gpus all ' +
        `-e NVIDIA_DRIVER_CAPABILITIES=all (now ${capabilities === '' ? 'unset' : capabilities}; it needs graphics)`
      );
    }
    return nvidiaAdvice(machine);
  }
  if (render) return mesaAdvice(machine);
  if (container) {
    return 'The container has no GPU: start it with --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all (NVIDIA) or --device /dev/dri (AMD, Intel)';
  }
  return 'This machine shows no GPU (no /dev/dri, no /dev/nvidia0): look for one with lspci, and install its driver';
}

function nvidiaAdvice({ distribution, container, drivers }: Surroundings): string {
  const found = drivers.some((name) => name.includes('nvidia'));
  if (found)
    return "NVIDIA's Vulkan driver is installed but does not start: see whether nvidia-smi works, and apt-get install libxext6 libegl1";
  const install =
    distribution === 'ubuntu'
      ? 'apt-get install libnvidia-gl-NUMBER, the NUMBER that nvidia-smi shows first'
      : 'apt-get install nvidia-vulkan-icd';
  const write =
    'write {"file_format_version":"1.0.0","ICD":{"library_path":"libGLX_nvidia.so.0","api_version":"1.3.0"}} ' +
    'to a file nvidia_icd.json and name it in VK_DRIVER_FILES';
  return `NVIDIA's Vulkan driver file nvidia_icd.json is missing: ${container ? write : `${install}; or ${write}`}`;
}

function mesaAdvice({ drivers }: Surroundings): string {
  if (drivers.length === 0)
    return 'The Vulkan driver of this GPU is missing: apt-get install mesa-vulkan-drivers (AMD, Intel)';
  return `The Vulkan drivers here (${drivers.join(', ')}) find no GPU: may this user open /dev/dri (groups video, render)? Is the driver recent?`;
}

/** Looks around on Linux, in Node. */
export async function lookAround(loader: boolean): Promise<Surroundings> {
  const { existsSync, readdirSync, readFileSync } = await import('node:fs');
  const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const { VK_DRIVER_FILES = '', VK_ICD_FILENAMES = '', NVIDIA_DRIVER_CAPABILITIES = '' } = process.env;
  const named = [VK_DRIVER_FILES, VK_ICD_FILENAMES].flatMap((list) => list.split(':')).filter((name) => name !== '');
  const folders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
  return {
    distribution: release.match(/^ID="?(\w+)/m)?.[1] ?? '',
    container: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    nvidia: existsSync('/dev/nvidia0'),
    render: namesIn('/dev/dri').some((name) => name.startsWith('render')),
    loader,
    drivers: named.length > 0 ? named : folders.flatMap(namesIn),
    capabilities: NVIDIA_DRIVER_CAPABILITIES,
  };
}
