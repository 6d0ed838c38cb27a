/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.settings;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Values of options that are not on the command line. What is given in several places counts from the strongest one only: an environment
 * variable before the user's file, and that before the system's; in each of them, a key for the command before one for all.
 */
public final class Settings {
    private static final Pattern KEY = Pattern.compile("([a-z][a-z-]{0,31}\\.)?[a-z][a-z0-9-]{0,31}");
    private static final String PREFIX = "VFIO4J_";
    private static final String FILE = "vfio.conf";

    /** Options that let something be lost or taken for granted: they are said each time anew. */
    private static final Set<String> SAID_EACH_TIME = Set.of("help", "open", "accept-unknown", "force");

    private final Map<String, String> environment;
    private final List<Path> files;
    private final List<List<Setting>> settings;

    private Settings(Map<String, String> environment, List<Path> files) {
        this.environment = environment;
        this.files = files;
        this.settings = files.stream().map(SettingsFile::read).toList();
    }

    /**
     * What this environment and its files say: the file that {@code VFIO4J_CONFIG} names, or else the user's ({@code vfio4j/vfio.conf} in
     * {@code XDG_CONFIG_HOME} or {@code ~/.config}) and the system's ({@code /etc/vfio4j/vfio.conf}).
     *
     * @param base the machine's root folder
     * @throws SettingsException if a file is there that cannot be used
     */
    public static Settings of(Map<String, String> environment, Path base) {
        return new Settings(environment, files(environment, base));
    }

    /** The files that are read, whether they are there or not, the strongest first. */
    public List<Path> files() {
        return files;
    }

    /** What all files hold, the strongest first, whether it is of use or not. */
    public List<Setting> written() {
        return settings.stream().flatMap(List::stream).toList();
    }

    /**
     * The values of an option that a command has, from the strongest place that has any; an empty one in the environment counts as none.
     *
     * @param option its long name, without dashes
     */
    public List<Setting> of(String command, String option) {
        if (!maySet(option)) {
            return List.of();
        }
        String own = command + "." + option;
        Optional<Setting> variable = variable(own).or(() -> variable(option));
        if (variable.isPresent()) {
            return List.of(variable.get());
        }
        for (List<Setting> file : settings) {
            List<Setting> found = having(file, own);
            if (found.isEmpty()) {
                found = having(file, option);
            }
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    /** Whether an option may be set elsewhere than on the command line. */
    public static boolean maySet(String option) {
        return !SAID_EACH_TIME.contains(option);
    }

    /** The environment variable of a key: {@code VFIO4J_SERVE_SYSFS} for {@code serve.sysfs}. */
    public static String variableName(String key) {
        return PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    static boolean isKey(String text) {
        return KEY.matcher(text).matches();
    }

    private Optional<Setting> variable(String key) {
        String name = variableName(key);
        String value = environment.getOrDefault(name, "");
        return value.isEmpty() ? Optional.empty() : Optional.of(new Setting(key, value, name));
    }

    private static List<Setting> having(List<Setting> file, String key) {
        return file.stream().filter(s -> s.key().equals(key)).toList();
    }

    private static List<Path> files(Map<String, String> environment, Path base) {
        try {
            String named = environment.getOrDefault("VFIO4J_CONFIG", "");
            if (!named.isEmpty()) {
                return List.of(existing(Path.of(named)));
            }
            List<Path> files = new ArrayList<>(2);
            String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
            String home = environment.getOrDefault("HOME", "");
            if (!config.isEmpty()) {
                files.add(Path.of(config, "vfio4j", FILE));
            } else if (!home.isEmpty()) {
                files.add(Path.of(home, ".config", "vfio4j", FILE));
            }
            files.add(base.resolve("etc/vfio4j").resolve(FILE));
            return List.copyOf(files);
        } catch (InvalidPathException e) {
            throw new SettingsException("VFIO4J_CONFIG, XDG_CONFIG_HOME or HOME is no path: " + e.getMessage());
        }
    }

    private static Path existing(Path file) {
        if (!Files.exists(file)) {
            throw new SettingsException("there is no file " + file + ", which VFIO4J_CONFIG names");
        }
        return file;
    }
}
