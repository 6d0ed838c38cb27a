/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import static org.vfio4j.linux.Errno.EINVAL;
import static org.vfio4j.linux.Errno.ENOTTY;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/**
 * Opens the device as a virtual machine would, asks it, and closes everything again. It leaves alone a device that is in use, and a physical
 * function unless it was told that this one may be reset.
 */
public final class OpenWay implements Way {
    private static final String NAME = "open";

    private final Host host;
    private final boolean mayReset;

    /**
     * @param mayReset whether PCI and platform devices may be opened, which resets them
     */
    public OpenWay(Host host, boolean mayReset) {
        this.host = host;
        this.mayReset = mayReset;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Map<Question, Answer> ask(HostDevice device) {
        if (device.usage().isInUse()) {
            return all(OpenRefusals.inUse(NAME, device));
        }
        if (!device.isVfioBound()) {
            return all(OpenRefusals.notBound(NAME, device));
        }
        if (device.groupOrNull() == null && device.vfioNodeOrNull() == null) {
            return all(OpenRefusals.noGroup(NAME, device));
        }
        if (device.kind() != DeviceKind.MDEV && !mayReset) {
            return all(OpenRefusals.intrusive(NAME, device));
        }
        try (VfioDevice open = host.open(device)) {
            return ask(open);
        } catch (OpenException e) {
            return all(OpenRefusals.explain(NAME, device, e, foreignMembers(device)));
        } catch (ErrnoException e) {
            return all(OpenRefusals.failedQuery(NAME, "open and close " + device.name(), e));
        }
    }

    private List<String> foreignMembers(HostDevice device) {
        return host instanceof KernelHost kernel ? kernel.foreignMembers(device) : List.of();
    }

    private static Map<Question, Answer> ask(VfioDevice device) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        answers.put(Question.DISPLAY_REGION, plane(device, GfxPlane.REGION, "REGION"));
        answers.put(Question.DISPLAY_DMABUF, plane(device, GfxPlane.DMABUF, "DMABUF"));
        answers.put(Question.EDID, edid(device));
        answers.put(Question.MIGRATION, migration(device));
        answers.put(Question.DIRTY_TRACKING, dirtyTracking(device));
        return answers;
    }

    private static Answer plane(VfioDevice device, int type, String name) {
        return query("QUERY_GFX_PLANE PROBE|" + name, evidence -> {
            device.queryGfxPlane(GfxPlane.PROBE | type);
            return new Answer.Yes(NAME, evidence + ": ok");
        });
    }

    private static Answer edid(VfioDevice device) {
        return query("GET_REGION_INFO", evidence -> {
            int regions = device.info().regions();
            for (int i = RegionInfo.PCI_REGIONS; i < regions; i++) {
                if (device.regionInfo(i).type().filter(t -> t.isEdid()).isPresent()) {
                    return new Answer.Yes(NAME, evidence + ": region " + i + " is of type GFX, subtype EDID");
                }
            }
            return new Answer.No(NAME, evidence + ": none of " + regions + " regions is of type GFX, subtype EDID");
        });
    }

    private static Answer migration(VfioDevice device) {
        return query("DEVICE_FEATURE GET MIGRATION", evidence -> {
            long flags = Feature.migrationFlags(device);
            return new Answer.Yes(NAME, evidence + ": 0x" + Long.toHexString(flags), MigrationFlags.words(flags));
        });
    }

    private static Answer dirtyTracking(VfioDevice device) {
        return query("DEVICE_FEATURE PROBE DMA_LOGGING_START", evidence -> {
            device.feature(Feature.DMA_LOGGING_START | Feature.SET | Feature.PROBE, MemorySegment.NULL);
            return new Answer.Yes(NAME, evidence + ": ok");
        });
    }

    /** EINVAL and ENOTTY are the interface's "no"; any other error says nothing about the device's abilities. */
    private static Answer query(String call, Function<String, Answer> asked) {
        try {
            return asked.apply(call);
        } catch (ErrnoException e) {
            if (e.errno() == EINVAL || e.errno() == ENOTTY) {
                return new Answer.No(NAME, call + ": " + e.errnoName());
            }
            return OpenRefusals.failedQuery(NAME, call, e);
        }
    }

    private static Map<Question, Answer> all(Answer answer) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, answer);
        }
        return answers;
    }
}
