/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.core.GroupHandle;
import org.vfio4j.vfio.core.Query;

/**
 * The nested ioctl of the thread's proposal: a query of a device through its group, which opens the group but not the device. Only *_INFO and
 * QUERY_GFX_PLANE pass, so it knows displays and EDID, not migration; and only what the driver declares to need no open.
 */
public final class GroupWay implements Way {
    private static final String NAME = "group";

    private final UserHost host;
    private final Questions questions = new Questions(NAME);

    public GroupWay(UserHost host) {
        this.host = host;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String needs() {
        return "read access to the group's node, a driver that answers without an open";
    }

    @Override
    public String touches() {
        return "the group, opened for queries; not the device";
    }

    @Override
    public Map<Question, Answer> ask(HostDevice device) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        if (device.group().isEmpty()) {
            return answers;
        }
        try (GroupHandle group = host.core().openGroupForQueries(device.group().getAsInt(), host.self())) {
            answers.put(Question.DISPLAY_REGION, plane(group, device.name(), GfxPlane.REGION, "REGION"));
            answers.put(Question.DISPLAY_DMABUF, plane(group, device.name(), GfxPlane.DMABUF, "DMABUF"));
            answers.put(Question.EDID, edid(group, device.name()));
        } catch (ErrnoException e) {
            Answer failed = OpenRefusals.failedQuery(
                    NAME, "open /dev/vfio/" + device.group().getAsInt(), e);
            answers.put(Question.DISPLAY_REGION, failed);
            answers.put(Question.DISPLAY_DMABUF, failed);
            answers.put(Question.EDID, failed);
        }
        return answers;
    }

    private Answer plane(GroupHandle group, String device, int type, String name) {
        String call = "group query QUERY_GFX_PLANE PROBE|" + name;
        return query(
                call,
                () -> questions.query(call, evidence -> {
                    group.query(device, new Query.Plane(GfxPlane.PROBE | type));
                    return new Answer.Yes(NAME, evidence + ": ok");
                }));
    }

    private Answer edid(GroupHandle group, String device) {
        String call = "group query GET_REGION_INFO";
        return query(
                call,
                () -> questions.query(
                        call,
                        evidence -> questions.edid(
                                evidence,
                                group.query(device, new Query.Info()).regions(),
                                index -> group.query(device, new Query.Region(index)))));
    }

    /** A driver that answers only when it is open has not failed. */
    private static Answer query(String call, Supplier<Answer> asked) {
        Answer answer = asked.get();
        String refusal = call + ": " + Errno.name(Errno.EOPNOTSUPP);
        if (answer instanceof Answer.Unknown unknown && unknown.evidence().equals(refusal)) {
            return new Answer.Unknown(
                    NAME,
                    refusal,
                    Cause.NOT_OFFERED,
                    "this vendor's driver answers such queries only for an open device",
                    "Ask by read-only or open.");
        }
        return answer;
    }
}
