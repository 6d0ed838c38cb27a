/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.linux.ErrnoException;

/**
 * What a move has done so far, and how it is undone: the machine at the destination never runs, the one at the source runs, and its devices are
 * plugged in again where they were. Every part is tried, whatever happens to the others.
 */
final class Rollback {
    private final Vm source;
    private final Vm destination;
    private final MoveListener listener;
    private final Map<VmDevice, Path> unplugged = new LinkedHashMap<>();
    private final Map<VmDevice, DeviceCarrier.Carried> carried = new LinkedHashMap<>();
    private boolean departed;

    Rollback(Vm source, Vm destination, MoveListener listener) {
        this.source = source;
        this.destination = destination;
        this.listener = listener;
    }

    /** A device that is at both hosts, plugged in at neither. */
    record Passage(VmDevice device, DeviceCarrier.Carried carried) {}

    /** The guest is asked to let go of it; where it was served. */
    void unplugging(VmDevice device, Path socket) {
        unplugged.put(device, socket);
    }

    /** There is a copy of it at the destination. */
    void carried(VmDevice device, DeviceCarrier.Carried copy) {
        carried.put(device, copy);
    }

    /** From now on the destination's QEMU may have part of the machine. */
    void departing() {
        departed = true;
    }

    /** The devices that are at both hosts, in the order in which they were unplugged. */
    List<Passage> passages() {
        List<Passage> passages = new ArrayList<>();
        carried.forEach((device, copy) -> passages.add(new Passage(device, copy)));
        return passages;
    }

    /** Undoes all of it, and returns what the user is to hear. */
    MoveException undo(ErrnoException why) {
        listener.step("taking everything back");
        List<String> troubles = new ArrayList<>();
        if (departed) {
            stopMigration(troubles);
            leaveDestination();
        }
        boolean runs = runSource(troubles);
        for (DeviceCarrier.Carried copy : carried.values()) {
            attempt(troubles, "A copy of a device is left at the destination", copy::drop);
        }
        List<String> plugged = replug(troubles);
        List<String> now = new ArrayList<>();
        now.add((runs ? "The machine runs at " : "The machine does not run; its QEMU is at ")
                + source.address()
                + (plugged.isEmpty() ? "." : " with " + String.join(", ", plugged) + "."));
        now.addAll(troubles);
        if (why instanceof MoveException known) {
            now.addAll(known.now());
        }
        return new MoveException(why.errno(), String.valueOf(why.getMessage()), now);
    }

    /**
     * Lets the machine run at the destination. That is the one moment after which nothing is undone.
     *
     * @throws MoveException if it does not run there, and runs at the source; or if nobody can tell
     */
    void handOver() {
        try {
            destination.run();
        } catch (ErrnoException e) {
            destination.close();
            if (!isRunningThere(e)) {
                throw undo(e);
            }
        }
    }

    /** Asked again over a new connection, since a lost one does not tell. What cannot be told is left as it is. */
    private boolean isRunningThere(ErrnoException why) {
        try (Vm again = Vm.connect(destination.address())) {
            boolean runs = again.isRunning();
            if (!runs) {
                again.quit();
            }
            return runs;
        } catch (ErrnoException e) {
            throw new MoveException(
                    why.errno(),
                    "whether the machine runs at " + destination.address() + " cannot be told: " + why.getMessage(),
                    List.of(
                            "It was told to run there; at " + source.address()
                                    + " it stands still, and the devices are at both hosts.",
                            "See there. If it runs, end the QEMU at the source (quit). If that QEMU has ended, let the"
                                    + " machine go on at the source (cont) and plug its devices in again."));
        }
    }

    private void stopMigration(List<String> troubles) {
        attempt(troubles, "The machine's migration was not ended", () -> {
            if (!source.migration().status().equals("none")
                    && !source.migration().isEnd()) {
                source.cancelMigration();
                VmMigration now = source.migration();
                while (!now.isEnd()) {
                    now = source.migration(VmMove.PAUSE);
                }
            }
        });
    }

    /** It has part of a machine, which must not run; mostly it has ended by itself. */
    private void leaveDestination() {
        try {
            destination.quit();
        } catch (ErrnoException e) {
            // It is gone, or stands still until somebody lets it run.
        }
    }

    private boolean runSource(List<String> troubles) {
        attempt(troubles, "The machine at the source was not told to run", () -> {
            if (!source.isRunning()) {
                source.run();
            }
        });
        try {
            return source.isRunning();
        } catch (ErrnoException e) {
            return false;
        }
    }

    /** The ids of those that are plugged in now. */
    private List<String> replug(List<String> troubles) {
        List<String> plugged = new ArrayList<>();
        unplugged.forEach((device, socket) -> {
            String how = "device_add vfio-user-pci, id=" + device.id() + ", bus=" + device.bus() + ", addr="
                    + device.address();
            attempt(troubles, device.id() + " is not plugged in (" + how + ")", () -> {
                if (!source.has(device.id())) {
                    source.plug(device, socket);
                }
                plugged.add(device.id());
            });
        });
        return plugged;
    }

    private static void attempt(List<String> troubles, String what, Runnable action) {
        try {
            action.run();
        } catch (ErrnoException e) {
            troubles.add(what + ": " + e.getMessage() + ".");
        }
    }
}
