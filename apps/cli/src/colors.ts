// Colours, on a terminal only. picocolors alone would also colour what is piped, wherever CI is set.
import pc from 'picocolors';

export const colors = pc.createColors(pc.isColorSupported && (process.stdout.isTTY || 'FORCE_COLOR' in process.env));
