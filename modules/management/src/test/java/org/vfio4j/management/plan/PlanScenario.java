/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.RuleException;
import org.vfio4j.management.rule.Version;

/** What a scenario's file says there is and is wanted. */
record PlanScenario(
        List<Candidate> candidates,
        VmFacts vm,
        Wishes wishes,
        @Nullable String domain) {
    static PlanScenario read(byte[] json) {
        Cursor root = BoundedJson.parse(json, "scenario", 1 << 20, RuleException::new)
                .objectOf("title", "devices", "vm", "wishes", "domain", "expected");
        root.at("title").text();
        Cursor domain = root.at("domain");
        return new PlanScenario(
                root.at("devices").each(PlanScenario::candidate),
                vm(root.at("vm")),
                wishes(root.at("wishes")),
                domain.isAbsent() ? null : String.join("\n", domain.each(Cursor::text)) + "\n");
    }

    private static Candidate candidate(Cursor at) {
        at.objectOf(
                "name",
                "kind",
                "parent",
                "type",
                "driver",
                "api",
                "socket",
                "bound",
                "in_use",
                "display",
                "edid",
                "migration",
                "dirty_tracking",
                "because");
        Cursor kind = at.at("kind");
        Cursor bound = at.at("bound");
        HostDevice device = new HostDevice(
                at.at("name").text(),
                kind.isAbsent() ? DeviceKind.MDEV : kind.word(DeviceKind.values(), DeviceKind::word),
                at.at("parent").textOrNull(),
                at.at("type").textOrNull(),
                at.at("driver").textOrNull(),
                null,
                bound.isAbsent() || bound.flag(),
                null,
                null,
                at.at("in_use").flag() ? Usage.inUse(List.of()) : Usage.FREE);
        return new Candidate(
                new DeviceProbe(device, answers(at)),
                at.at("api").textOrNull(),
                at.at("socket").textOrNull(),
                Facts.none());
    }

    private static Map<Question, Answer> answers(Cursor at) {
        String display = text(at.at("display"), "none");
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        boolean unknown = display.equals("unknown");
        answers.put(Question.DISPLAY_REGION, answer(at, unknown ? display : word(display.equals("region"))));
        answers.put(Question.DISPLAY_DMABUF, answer(at, unknown ? display : word(display.equals("dmabuf"))));
        answers.put(Question.EDID, answer(at, text(at.at("edid"), "no")));
        answers.put(Question.MIGRATION, answer(at, text(at.at("migration"), "no")));
        answers.put(Question.DIRTY_TRACKING, answer(at, text(at.at("dirty_tracking"), "no")));
        return answers;
    }

    private static Answer answer(Cursor at, String word) {
        return switch (word) {
            case "yes" -> new Answer.Yes("open", "asked");
            case "no" -> new Answer.No("open", "asked");
            case "unknown" ->
                new Answer.Unknown(
                        "open",
                        "asked",
                        Cause.NEEDS_VM,
                        text(at.at("because"), "this vendor driver opens only for a running virtual machine"),
                        "Ask the vendor.");
            default -> throw at.wrong("yes, no or unknown, not " + word);
        };
    }

    private static VmFacts vm(Cursor at) {
        at.objectOf("qemu", "libvirt", "machine", "arch", "consoles", "render_node", "shares_memory", "video", "iommu");
        Cursor consoles = at.at("consoles");
        Cursor video = at.at("video");
        return new VmFacts(
                version(at.at("qemu")),
                version(at.at("libvirt")),
                at.at("machine").textOrNull(),
                at.at("arch").textOrNull(),
                consoles.isAbsent()
                        ? null
                        : consoles.each(
                                console -> Console.find(console.text()).orElseThrow(() -> console.wrong("a console"))),
                renderNode(at.at("render_node")),
                at.at("shares_memory").booleanOrNull(),
                video.isAbsent() ? null : video.each(Cursor::text),
                at.at("iommu").booleanOrNull());
    }

    private static RenderNode renderNode(Cursor at) {
        return switch (text(at, "unknown")) {
            case "unknown" -> new RenderNode.Unknown();
            case "none" -> new RenderNode.None();
            default -> new RenderNode.At(at.text());
        };
    }

    private static Wishes wishes(Cursor at) {
        if (at.isAbsent()) {
            return Wishes.AUTO;
        }
        at.objectOf("display", "ramfb", "migration", "resolution", "manager");
        Cursor manager = at.at("manager");
        String resolution = at.at("resolution").textOrNull();
        return new Wishes(
                wish(at.at("display")),
                wish(at.at("ramfb")),
                wish(at.at("migration")),
                resolution == null ? null : Resolution.parse(resolution).orElseThrow(),
                manager.isAbsent()
                        ? Wishes.Manager.LIBVIRT
                        : manager.word(Wishes.Manager.values(), Wishes.Manager::word));
    }

    private static Wish wish(Cursor at) {
        return at.isAbsent() ? Wish.AUTO : at.word(Wish.values(), Wish::word);
    }

    private static @Nullable Version version(Cursor at) {
        String text = at.textOrNull();
        return text == null ? null : Version.parse(text).orElseThrow();
    }

    private static String word(boolean is) {
        return is ? "yes" : "no";
    }

    private static String text(Cursor at, String otherwise) {
        String text = at.textOrNull();
        return text == null ? otherwise : text;
    }
}
