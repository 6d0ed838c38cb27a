/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.settings.Setting;
import org.vfio4j.cli.settings.Settings;
import org.vfio4j.management.control.Folders;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio config}. */
public final class ConfigCommand implements Command {
    private static final String ALL = "--all";
    private static final String DEFAULT = "default";

    @Override
    public String name() {
        return "config";
    }

    @Override
    public String summary() {
        return "What is set for the other commands, and where";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio config",
                        "vfio config [--all] [-o FORM]",
                        "Shows the values that options have where the command line does not give them, and where each"
                                + " value is from. The environment counts more than the user's file, and that more than"
                                + " the system's; the command line counts most.",
                        "",
                        "A file has lines KEY = VALUE. A key is an option without its dashes (output), or one"
                                + " command's (serve.sysfs), which counts more; an option that may be given more than once"
                                + " has a line each time. An option without a value is yes or no. In the environment,"
                                + " serve.sysfs is VFIO4J_SERVE_SYSFS. VFIO4J_CONFIG names a file that is read in place of"
                                + " the two.")
                .addOption(Options.flag("every key there is, also those that are not set", ALL)
                        .build())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio config",
                                "VFIO4J_OUTPUT=json vfio list",
                                "echo 'serve.sysfs = /run/vfio4j/sys' >> /etc/vfio4j/vfio.conf"),
                        "0  fine",
                        "1  a file sets what no command has",
                        "2  the command line was wrong, or a file cannot be read"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        Settings settings = SetOptions.settings(world);
        Map<String, Set<Setting>> rows = new TreeMap<>();
        defaults(Folders.of(Optional.empty(), Optional.empty(), world.environment()))
                .forEach(s -> rows.put(s.key(), Set.of(s)));
        Set<String> keys = collect(settings, line.hasMatchedOption(ALL), rows);
        List<Finding> findings = findings(settings, keys);
        form.print(
                world.terminal(),
                () -> document(settings, rows, findings),
                () -> table(world.terminal(), settings, rows, findings));
        return findings.isEmpty() ? ExitCode.OK : ExitCode.FINDINGS;
    }

    private static List<Setting> defaults(Folders folders) {
        return List.of(
                new Setting("host", "all that this machine has", DEFAULT),
                new Setting("output", "table", DEFAULT),
                new Setting("run-dir", folders.run().toString(), DEFAULT),
                new Setting("state-dir", folders.state().toString(), DEFAULT));
    }

    /** Puts what is set into the rows, or all that could be; returns every key there is. */
    private static Set<String> collect(Settings settings, boolean all, Map<String, Set<Setting>> rows) {
        Set<String> keys = new LinkedHashSet<>();
        Map<String, Set<Setting>> found = new TreeMap<>();
        for (Command command : AllCommands.inOrder()) {
            for (OptionSpec option : command.describe().options()) {
                String key = SetOptions.key(option);
                if (!Settings.maySet(key)) {
                    continue;
                }
                keys.add(key);
                keys.add(command.name() + "." + key);
                settings.of(command.name(), key)
                        .forEach(s -> found.computeIfAbsent(s.key(), k -> new LinkedHashSet<>())
                                .add(s));
                if (all) {
                    rows.putIfAbsent(command.name() + "." + key, Set.of());
                }
            }
        }
        rows.putAll(found);
        return keys;
    }

    private static List<Finding> findings(Settings settings, Set<String> keys) {
        List<Finding> findings = new ArrayList<>();
        for (Setting setting : settings.written()) {
            String option = setting.key().substring(setting.key().indexOf('.') + 1);
            if (!Settings.maySet(option)) {
                findings.add(new Finding(
                        "setting-said-each-time",
                        Finding.Severity.WARNING,
                        setting.origin(),
                        setting.key()
                                + " is not taken from a file, because it lets something be lost or taken for granted",
                        "Give it on the command line where it is wanted."));
            } else if (!keys.contains(setting.key())) {
                findings.add(new Finding(
                        "setting-unknown",
                        Finding.Severity.WARNING,
                        setting.origin(),
                        "no command has an option for " + setting.key(),
                        "vfio config --all lists the keys there are."));
            }
        }
        return findings;
    }

    private static ObjectNode document(Settings settings, Map<String, Set<Setting>> rows, List<Finding> findings) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("schema", 1);
        ArrayNode array = document.putArray("settings");
        rows.forEach((key, values) -> {
            if (values.isEmpty()) {
                array.addObject().put("key", key).putNull("value").putNull("from");
            }
            values.forEach(s ->
                    array.addObject().put("key", key).put("value", s.value()).put("from", s.origin()));
        });
        ArrayNode files = document.putArray("files");
        settings.files()
                .forEach(f -> files.addObject().put("file", f.toString()).put("there", Files.exists(f)));
        Json.findings(document.putArray("findings"), findings);
        return document;
    }

    private static void table(
            Terminal terminal, Settings settings, Map<String, Set<Setting>> rows, List<Finding> findings) {
        Table table = new Table("KEY", "VALUE", "FROM");
        rows.forEach((key, values) -> {
            if (values.isEmpty()) {
                table.row(key, "", "not set");
            }
            values.forEach(s -> table.row(key, s.value(), s.origin()));
        });
        table.print(terminal);
        terminal.out().println();
        for (Path file : settings.files()) {
            terminal.entry("file", file + (Files.exists(file) ? "" : " (not there)"));
        }
        FindingList.print(terminal, findings);
    }
}
