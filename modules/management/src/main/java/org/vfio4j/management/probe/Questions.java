/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import static org.vfio4j.linux.Errno.EINVAL;
import static org.vfio4j.linux.Errno.ENOTTY;

import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/** What is asked of an open device. */
final class Questions {
    private final String way;

    /**
     * @param way by which it was opened
     */
    Questions(String way) {
        this.way = way;
    }

    Map<Question, Answer> ask(VfioDevice device) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        answers.put(Question.DISPLAY_REGION, plane(device, GfxPlane.REGION, "REGION"));
        answers.put(Question.DISPLAY_DMABUF, plane(device, GfxPlane.DMABUF, "DMABUF"));
        answers.put(Question.EDID, edid(device));
        answers.put(Question.MIGRATION, migration(device));
        answers.put(Question.DIRTY_TRACKING, dirtyTracking(device));
        return answers;
    }

    private Answer plane(VfioDevice device, int type, String name) {
        return query("QUERY_GFX_PLANE PROBE|" + name, evidence -> {
            device.queryGfxPlane(GfxPlane.PROBE | type);
            return new Answer.Yes(way, evidence + ": ok");
        });
    }

    private Answer edid(VfioDevice device) {
        return query("GET_REGION_INFO", evidence -> edid(evidence, device.info().regions(), device::regionInfo));
    }

    /** Looks through the regions beyond those of PCI for one of type GFX, subtype EDID. */
    Answer edid(String evidence, int regions, Function<Integer, RegionInfo> info) {
        for (int i = RegionInfo.PCI_REGIONS; i < regions; i++) {
            if (info.apply(i).type().filter(t -> t.isEdid()).isPresent()) {
                return new Answer.Yes(way, evidence + ": region " + i + " is of type GFX, subtype EDID");
            }
        }
        return new Answer.No(way, evidence + ": none of " + regions + " regions is of type GFX, subtype EDID");
    }

    private Answer migration(VfioDevice device) {
        return query("DEVICE_FEATURE GET MIGRATION", evidence -> {
            long flags = Feature.migrationFlags(device);
            return new Answer.Yes(way, evidence + ": 0x" + Long.toHexString(flags), MigrationFlags.words(flags));
        });
    }

    private Answer dirtyTracking(VfioDevice device) {
        return query("DEVICE_FEATURE PROBE DMA_LOGGING_START", evidence -> {
            device.feature(Feature.DMA_LOGGING_START | Feature.SET | Feature.PROBE, MemorySegment.NULL);
            return new Answer.Yes(way, evidence + ": ok");
        });
    }

    /** EINVAL and ENOTTY are the interface's "no"; any other error says nothing about the device's abilities. */
    Answer query(String call, Function<String, Answer> asked) {
        try {
            return asked.apply(call);
        } catch (ErrnoException e) {
            if (e.errno() == EINVAL || e.errno() == ENOTTY) {
                return new Answer.No(way, call + ": " + e.errnoName());
            }
            return OpenRefusals.failedQuery(way, call, e);
        }
    }

    /** The same answer to every question. */
    static Map<Question, Answer> all(Answer answer) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, answer);
        }
        return answers;
    }
}
