/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.plan;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.guest.GuestAgent;
import org.vfio4j.management.guest.GuestAnswer;
import org.vfio4j.management.guest.GuestException;
import org.vfio4j.management.guest.GuestReport;
import org.vfio4j.management.preflight.DomainFacts;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.Traffic;
import org.vfio4j.management.preflight.VersionRules;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.RuleException;
import org.vfio4j.management.rule.Version;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** What {@code vfio preflight} is told of the machine, its guest, its hosts' drivers and the line between them. */
public final class MoveOptions {
    public static final String MAP = "--map";
    public static final String QEMU = "--qemu";
    public static final String RULES = "--rules";
    private static final String AGENT = "--guest-agent";
    private static final String POST_COPY = "--post-copy";
    private static final String STATE = "--state-size";
    private static final String BANDWIDTH = "--bandwidth";
    private static final String DIRTY = "--dirty-rate";
    public static final String ACCEPT = "--accept-unknown";
    private static final long MEGA = 1_000_000L;
    private static final Duration AGENT_BOUND = Duration.ofSeconds(10);

    private MoveOptions() {}

    static CommandSpec addTo(CommandSpec spec) {
        return spec.addOption(map())
                .addOption(Options.value("VERSION", "QEMU's on both hosts; else the installed ones' count", QEMU)
                        .build())
                .addOption(Options.value("FILE", "more rules of which versions go together", RULES)
                        .build())
                .addOption(Options.value(
                                "SOCKET",
                                "the guest agent's channel, asked for the guest's drivers; or a file with its answer to"
                                        + " guest-get-devices",
                                AGENT)
                        .build())
                .addOption(Options.flag("the machine is to be moved by post-copy", POST_COPY)
                        .build())
                .addOption(Options.value("MB", "of the devices' saved states", STATE)
                        .build())
                .addOption(Options.value("MB/S", "of the line; else 1250", BANDWIDTH)
                        .build())
                .addOption(Options.value("MB/S", "how fast devices change their states", DIRTY)
                        .build())
                .addOption(Options.flag("what is not known is only a warning", ACCEPT)
                        .build());
    }

    /** What each device becomes. */
    public static OptionSpec map() {
        return many("SRC=DST", "the device of the destination that one is to become: of a mediated one, its UUID", MAP);
    }

    static OptionSpec many(String label, String description, String... names) {
        return OptionSpec.builder(names)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(label)
                .description(description)
                .build();
    }

    /** Facts of the machine, from its XML and the line. */
    public static Facts machine(ParseResult line, Optional<DomainXml> domain) {
        Facts.Builder facts = domain.map(DomainFacts::of).orElse(Facts.none()).toBuilder();
        String qemu = line.matchedOptionValue(QEMU, "");
        if (!qemu.isEmpty()) {
            Version version =
                    Version.parse(qemu).orElseThrow(() -> wrong("--qemu is a version such as 11.1, not " + qemu));
            facts.put("qemu.version", version.toString());
        }
        return facts.put("vm.post-copy", line.hasMatchedOption(POST_COPY)).build();
    }

    /** How the check is to be done, with what the guest's agent says, which is asked last. */
    public static PreflightOptions of(ParseResult line) {
        Map<String, String> wanted = wanted(line);
        Traffic traffic = traffic(line);
        VersionRules rules = rules(line);
        return new PreflightOptions(line.hasMatchedOption(ACCEPT), wanted, guest(line), rules, null, traffic);
    }

    private static @Nullable GuestReport guest(ParseResult line) {
        String place = line.matchedOptionValue(AGENT, "");
        if (place.isEmpty()) {
            return null;
        }
        try {
            Path path = Path.of(place);
            return Files.isRegularFile(path) ? answer(path) : GuestAgent.devices(path, AGENT_BOUND);
        } catch (InvalidPathException | GuestException e) {
            throw noAgent(e.getMessage());
        }
    }

    private static GuestReport answer(Path file) {
        try {
            return GuestAnswer.read(read(file, GuestAnswer.MAX_BYTES));
        } catch (IOException | GuestException e) {
            throw noAgent(file + " holds no answer of a guest agent: " + FileTrouble.words(e));
        }
    }

    private static CommandException noAgent(@Nullable String why) {
        return new CommandException(
                ExitCode.ENVIRONMENT,
                String.valueOf(why),
                "Name the socket of the channel org.qemu.guest_agent.0, or a file that"
                        + " virsh qemu-agent-command NAME '{\"execute\":\"guest-get-devices\"}' wrote.");
    }

    private static Traffic traffic(ParseResult line) {
        Long state = megabytes(line, STATE);
        Long bandwidth = megabytes(line, BANDWIDTH);
        Long rate = megabytes(line, DIRTY);
        return new Traffic(
                bandwidth == null ? Traffic.ASSUMED_BANDWIDTH : Math.max(bandwidth, 1),
                bandwidth != null,
                state,
                rate == null ? 0 : rate,
                null,
                Traffic.ASSUMED_LIMIT);
    }

    private static @Nullable Long megabytes(ParseResult line, String option) {
        String text = line.matchedOptionValue(option, "");
        if (text.isEmpty()) {
            return null;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw wrong(option + " is a number of megabytes, not " + text);
        }
        return Long.parseLong(text) * MEGA;
    }

    /** The devices of the destination that some of the source are to become. */
    public static Map<String, String> wanted(ParseResult line) {
        Map<String, String> wanted = new HashMap<>();
        List<String> pairs = line.matchedOptionValue(MAP, List.of());
        for (String pair : pairs) {
            int at = pair.indexOf('=');
            if (at <= 0
                    || at == pair.length() - 1
                    || wanted.put(pair.substring(0, at), pair.substring(at + 1)) != null) {
                throw wrong(MAP + " is SRC=DST, once for a device, not " + pair);
            }
        }
        return wanted;
    }

    private static VersionRules rules(ParseResult line) {
        String file = line.matchedOptionValue(RULES, "");
        if (file.isEmpty()) {
            return VersionRules.builtIn();
        }
        try {
            return VersionRules.read(read(Path.of(file), VersionRules.MAX_BYTES))
                    .before(VersionRules.builtIn());
        } catch (IOException | InvalidPathException | RuleException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT,
                    "cannot read " + file + " as version rules: " + FileTrouble.words(e),
                    "docs/planning.md has their form.");
        }
    }

    /** At most a byte more than a reader takes, which then says so. */
    private static byte[] read(Path file, int maxBytes) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return in.readNBytes(maxBytes + 1);
        }
    }

    private static CommandException wrong(String what) {
        return new CommandException(ExitCode.USAGE, what, "See vfio preflight --help.");
    }
}
