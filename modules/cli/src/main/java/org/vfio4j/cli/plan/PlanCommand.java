/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.Selection;
import org.vfio4j.cli.source.Source;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.domain.Hostdev;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.plan.Candidate;
import org.vfio4j.management.plan.LibvirtXml;
import org.vfio4j.management.plan.Plan;
import org.vfio4j.management.plan.PlanJson;
import org.vfio4j.management.plan.Planner;
import org.vfio4j.management.plan.QemuArguments;
import org.vfio4j.management.plan.RenderNode;
import org.vfio4j.management.plan.VmFacts;
import org.vfio4j.management.plan.Wishes;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.rule.Facts;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio plan}. */
public final class PlanCommand implements Command {
    private static final String FORMAT = "--format";
    private static final String DIFF = "--diff";
    private static final String OPEN = "--open";
    private static final List<String> FORMATS = List.of("libvirt", "qemu", "json");

    @Override
    public String name() {
        return "plan";
    }

    @Override
    public String summary() {
        return "The configuration with which a machine gets a device";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio plan",
                        "vfio plan [DEVICE...] [--domain FILE [--diff]] [--format FORMAT]%n"
                                + "                 [--display WISH] [--ramfb WISH] [--migration WISH]%n"
                                + "                 [--resolution WxH] [--graphics LIST] [--render-node PATH]%n"
                                + "                 [--qemu VERSION] [--libvirt VERSION] [--machine TYPE]%n"
                                + "                 [--open] [--host HOST] [--run-dir DIR]",
                        "Plans how a virtual machine gets devices: libvirt's XML or QEMU's arguments that start, with the"
                                + " display on only where it works. Why, and what was left off, goes to standard error.",
                        "",
                        "With --domain the whole file is printed with only what must change changed; without a DEVICE,"
                                + " the devices are those the domain has.")
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("DEVICE")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("UUID, PCI address or name, of which the first letters suffice, at least 4")
                        .build())
                .addOption(DomainFile.spec(""))
                .addOption(Options.value("FORMAT", "libvirt (default), qemu or json", FORMAT)
                        .completionCandidates(FORMATS)
                        .build())
                .addOption(Options.flag("only what changes in the domain XML", DIFF)
                        .build());
        PlanOptions.addTo(spec)
                .addOption(Options.flag("also open the named physical devices to ask them, which resets them", OPEN)
                        .build())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio plan 1f0f2d6a                         libvirt's XML for one device",
                                "vfio plan 1f0f2d6a --format qemu           QEMU's arguments",
                                "vfio plan --domain desk.xml --diff         what should change in a domain",
                                "virsh dumpxml desk | vfio plan 1f0f2d6a --domain - > new.xml",
                                "vfio plan 1f0f2d6a --display on --graphics spice-gl --qemu 9.2"),
                        "0  the plan works",
                        "1  there is none that works: the findings say why",
                        "2  the command line was wrong",
                        "3  not possible here: no such device or host, no such file"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        String format = format(line);
        List<String> names = line.matchedPositionalValue(0, List.of());
        @Nullable DomainXml domain = DomainFile.of(line, world).orElse(null);
        if (domain == null && (names.isEmpty() || line.hasMatchedOption(DIFF))) {
            throw new CommandException(
                    ExitCode.USAGE,
                    names.isEmpty() ? "no device is named" : "--diff needs a domain to differ from",
                    "Name a device (vfio list shows them), or a domain XML with --domain FILE.");
        }
        try (Source source = HostOption.openFor(names, line, world)) {
            List<Candidate> candidates = candidates(names, domain, source, line);
            Wishes wishes =
                    PlanOptions.wishes(line, format.equals("qemu") ? Wishes.Manager.QEMU : Wishes.Manager.LIBVIRT);
            VmFacts vm = PlanOptions.machine(line, () -> source.platform(world), () -> renderNode(line, world));
            Plan plan = new Planner(Planner.rules()).plan(candidates, domain == null ? vm : vm.with(domain), wishes);
            if (domain != null && plan.works()) {
                LibvirtXml.apply(plan, domain);
            }
            print(format, source.kind(), plan, domain, line.hasMatchedOption(DIFF), world.terminal());
            return plan.works() ? ExitCode.OK : ExitCode.FINDINGS;
        }
    }

    private static void print(
            String format, String host, Plan plan, @Nullable DomainXml domain, boolean diff, Terminal terminal) {
        if (format.equals("json")) {
            terminal.out().println(OutputOption.json(PlanJson.of(host, plan, domain)));
            return;
        }
        if (plan.works()) {
            terminal.out().print(text(format, plan, domain, diff));
            terminal.out().flush();
        }
        FindingList.explain(terminal, plan.findings());
    }

    private static String text(String format, Plan plan, @Nullable DomainXml domain, boolean diff) {
        if (format.equals("qemu")) {
            return qemu(QemuArguments.of(plan));
        }
        if (domain == null) {
            return LibvirtXml.alone(plan);
        }
        return diff ? domain.diff("domain.xml") : domain.xml();
    }

    /** As a shell takes them, an option a line. */
    private static String qemu(List<String> arguments) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < arguments.size(); i += 2) {
            text.append(i == 0 ? "" : " \\\n")
                    .append(arguments.get(i))
                    .append(' ')
                    .append(quoted(arguments.get(i + 1)));
        }
        return text.append('\n').toString();
    }

    private static String quoted(String argument) {
        return argument.matches("[A-Za-z0-9_@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }

    private static List<Candidate> candidates(
            List<String> names, @Nullable DomainXml domain, Source source, ParseResult line) {
        List<String> wanted = names.isEmpty() && domain != null
                ? domain.hostdevs().stream()
                        .map(Hostdev::device)
                        .flatMap(Optional::stream)
                        .toList()
                : names;
        if (wanted.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the domain has no device of the host",
                    "Name the device that it is to get: vfio plan DEVICE --domain FILE.");
        }
        List<HostDevice> devices = Selection.of(wanted, source);
        List<MdevParent> parents = source.types().parents();
        List<Candidate> candidates = new ArrayList<>();
        for (DeviceProbe probe : source.probe(devices, line.hasMatchedOption(OPEN) && !names.isEmpty(), null)) {
            Facts asked = domain == null
                    ? Facts.none()
                    : LibvirtXml.asked(domain, probe.device().name());
            candidates.add(new Candidate(
                    probe, api(probe.device(), parents), probe.device().socketOrNull(), asked));
        }
        return candidates;
    }

    private static @Nullable String api(HostDevice device, List<MdevParent> parents) {
        return parents.stream()
                .filter(parent -> device.parent().filter(parent.name()::equals).isPresent())
                .flatMap(parent -> parent.types().stream())
                .filter(type -> device.type().filter(type.id()::equals).isPresent())
                .map(MdevParent.Type::deviceApi)
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(null);
    }

    private static RenderNode renderNode(ParseResult line, World world) {
        return HostOption.isThisMachine(line)
                ? RenderNodes.first(world.root().base().resolve("dev"))
                : new RenderNode.Unknown();
    }

    private static String format(ParseResult line) {
        String format = line.matchedOptionValue(FORMAT, FORMATS.getFirst()).toLowerCase(Locale.ROOT);
        if (!FORMATS.contains(format)) {
            throw new CommandException(ExitCode.USAGE, "--format is libvirt, qemu or json, not " + format, "");
        }
        return format;
    }
}
