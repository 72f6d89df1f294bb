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
  /** Vulkan's driver files: their names, or where they are named by a variable, their paths. */
  readonly drivers: readonly string[];
  /** Those that a variable names and that are not there. */
  readonly missing: readonly string[];
  /** NVIDIA's driver file in a place where Vulkan does not look. */
  readonly elsewhere?: string;
  /** NVIDIA_DRIVER_CAPABILITIES */
  readonly capabilities: string;
};

/** What is missing, and the command that installs it. */
export function driverAdvice(machine: Surroundings): string {
  if (machine.loader) return advice(machine);
  const loader = 'The Vulkan loader libvulkan.so.1 is missing: apt-get install libvulkan1';
  const more = machine.nvidia || machine.render ? advice(machine, false) : 'And the driver of the GPU';
  return more === undefined ? loader : `${loader}. ${more}`;
}

function advice(machine: Surroundings): string;
function advice(machine: Surroundings, started: false): string | undefined;
/** `started`: whether the drivers were tried, so that those which are there must have failed. */
function advice(machine: Surroundings, started = true): string | undefined {
  const { container, nvidia, render, capabilities, missing } = machine;
  if (missing.length > 0) {
    return `VK_DRIVER_FILES or VK_ICD_FILENAMES names ${missing.join(', ')}, which is not there: unset it, or name a driver's file`;
  }
  if (nvidia) {
    const parts = capabilities.split(',');
    if (container && !parts.includes('all') && !parts.includes('graphics')) {
      return (
        'The container has an NVIDIA GPU, but not for Vulkan: start it with --gpus all ' +
        `-e NVIDIA_DRIVER_CAPABILITIES=all (now ${capabilities === '' ? 'unset' : capabilities}; it needs graphics)`
      );
    }
    return nvidiaAdvice(machine, started);
  }
  if (render) return mesaAdvice(machine, started);
  if (container) {
    return 'The container has no GPU: start it with --gpus all -e NVIDIA_DRIVER_CAPABILITIES=all (NVIDIA) or --device /dev/dri (AMD, Intel)';
  }
  return 'This machine shows no GPU (no /dev/dri, no /dev/nvidia0): look for one with lspci, and install its driver';
}

function nvidiaAdvice(machine: Surroundings, started: boolean): string | undefined {
  const { distribution, container, drivers, elsewhere } = machine;
  if (drivers.some((name) => name.includes('nvidia'))) {
    if (!started) return undefined;
    return (
      "NVIDIA's Vulkan driver is installed but does not start: see whether nvidia-smi works, and apt-get install libxext6 " +
      'libegl1; with VK_LOADER_DEBUG=error,driver in the environment the loader says why'
    );
  }
  if (elsewhere) return `NVIDIA's Vulkan driver is where nobody looks: export VK_DRIVER_FILES=${elsewhere}`;
  const install =
    distribution === 'ubuntu'
      ? 'apt-get install libnvidia-gl-NUMBER, the NUMBER that nvidia-smi shows first'
      : 'apt-get install nvidia-vulkan-icd';
  const write =
    'write {"file_format_version":"1.0.0","ICD":{"library_path":"libGLX_nvidia.so.0","api_version":"1.3.0"}} ' +
    'to a file nvidia_icd.json and name it in VK_DRIVER_FILES';
  return `NVIDIA's Vulkan driver file nvidia_icd.json is missing: ${container ? write : `${install}; or ${write}`}`;
}

function mesaAdvice({ drivers }: Surroundings, started: boolean): string | undefined {
  if (drivers.length === 0)
    return 'The Vulkan driver of this GPU is missing: apt-get install mesa-vulkan-drivers (AMD, Intel)';
  if (!started) return undefined;
  return `The Vulkan drivers here (${drivers.join(', ')}) find no GPU: may this user open /dev/dri (groups video, render)? Is the driver recent?`;
}

/** Looks around on Linux, in Node. */
export async function lookAround(loader: boolean): Promise<Surroundings> {
  const { existsSync, readdirSync, readFileSync } = await import('node:fs');
  const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const { VK_DRIVER_FILES = '', VK_ICD_FILENAMES = '', NVIDIA_DRIVER_CAPABILITIES = '' } = process.env;
  const named = [VK_DRIVER_FILES, VK_ICD_FILENAMES].flatMap((list) => list.split(':')).filter((name) => name !== '');
  const mounts = existsSync('/proc/mounts') ? readFileSync('/proc/mounts', 'utf8') : '';
  const elsewhere = '/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json';
  const folders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d', '/usr/local/share/vulkan/icd.d'];
  return {
    distribution: release.match(/^ID="?(\w+)/m)?.[1] ?? '',
    container: inContainer(existsSync, mounts),
    nvidia: namesIn('/dev').some((name) => /^nvidia\d+$/.test(name)),
    render: namesIn('/dev/dri').some((name) => name.startsWith('render')),
    loader,
    drivers: named.length > 0 ? named : folders.flatMap(namesIn),
    missing: named.filter((file) => !existsSync(file)),
    elsewhere: existsSync(elsewhere) ? elsewhere : undefined,
    capabilities: NVIDIA_DRIVER_CAPABILITIES,
  };
}

/** Docker's and Podman's sign, Kubernetes', NVIDIA's, or a file system that is laid over another. */
function inContainer(exists: (path: string) => boolean, mounts: string): boolean {
  if (exists('/.dockerenv') || exists('/run/.containerenv')) return true;
  return (
    Boolean(process.env.KUBERNETES_SERVICE_HOST || process.env.NVIDIA_VISIBLE_DEVICES) || / \/ overlay /.test(mounts)
  );
}
