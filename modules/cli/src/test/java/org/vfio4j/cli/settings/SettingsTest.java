/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir
    private Path base;

    private Path system;
    private Path user;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void folders() throws IOException {
        system = Files.createDirectories(base.resolve("etc/vfio4j")).resolve("vfio.conf");
        user = Files.createDirectories(base.resolve("home/.config/vfio4j")).resolve("vfio.conf");
        environment.put("HOME", base.resolve("home").toString());
    }

    private List<Setting> of(String command, String option) {
        return Settings.of(environment, base).of(command, option);
    }

    private static List<String> values(List<Setting> settings) {
        return settings.stream().map(Setting::value).toList();
    }

    @Test
    void theEnvironmentCountsMoreThanTheUsersFileAndThatMoreThanTheSystems() throws IOException {
        assertThat(of("list", "output")).isEmpty();

        Files.writeString(system, "output = yaml\nhost = demo\n");
        assertThat(of("list", "output")).containsExactly(new Setting("output", "yaml", system + " line 1"));

        Files.writeString(user, "# mine\n\noutput=json");
        assertThat(of("list", "output")).containsExactly(new Setting("output", "json", user + " line 3"));

        environment.put("VFIO4J_OUTPUT", "table");
        assertThat(of("list", "output")).containsExactly(new Setting("output", "table", "VFIO4J_OUTPUT"));
        assertThat(values(of("list", "host"))).containsExactly("demo");
    }

    @Test
    void aCommandsOwnKeyCountsMoreThanOneForAll() throws IOException {
        Files.writeString(system, "list.output = json\noutput = yaml\n");
        assertThat(values(of("list", "output"))).containsExactly("json");
        assertThat(values(of("types", "output"))).containsExactly("yaml");

        environment.put("VFIO4J_OUTPUT", "table");
        environment.put("VFIO4J_TYPES_OUTPUT", "json");
        assertThat(values(of("types", "output"))).containsExactly("json");
    }

    @Test
    void aKeyOfSeveralLinesHasSeveralValuesButOnlyOfTheStrongestFile() throws IOException {
        Files.writeString(system, "serve.profile = x\n");
        Files.writeString(user, "serve.profile = a = b\nserve.profile =\n");
        assertThat(values(of("serve", "profile"))).containsExactly("a = b", "");
    }

    @Test
    void whatLetsSomethingBeLostIsSaidEachTime() throws IOException {
        Files.writeString(system, "open = yes\nprobe.open = yes\n");
        environment.put("VFIO4J_OPEN", "yes");
        assertThat(of("probe", "open")).isEmpty();
    }

    @Test
    void oneFileCanBeNamedInPlaceOfTheTwo() throws IOException {
        Files.writeString(user, "output = json");
        Path named = Files.writeString(base.resolve("named"), "output = yaml");
        environment.put("VFIO4J_CONFIG", named.toString());
        assertThat(values(of("list", "output"))).containsExactly("yaml");

        environment.put("VFIO4J_CONFIG", base.resolve("nowhere").toString());
        assertThatThrownBy(() -> of("list", "output"))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("nowhere, which VFIO4J_CONFIG names");
    }

    @ParameterizedTest
    @ValueSource(strings = {"output", "= json", "out put = json", "Output = json", "a.b.c = d", "output\u0000 = json"})
    void aLineThatIsNoSettingIsRefusedWithItsPlace(String line) throws IOException {
        Files.writeString(system, "host = demo\n" + line + "\n");
        assertThatThrownBy(() -> of("list", "output"))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(system + " line 2: ");
    }

    @Test
    void aFileThatIsNoTextOrTooLargeOrAFolderIsRefused() throws IOException {
        Files.write(system, new byte[] {'a', (byte) 0xff});
        assertThatThrownBy(() -> of("list", "output")).hasMessageContaining("is not UTF-8");

        Files.writeString(system, "# " + "x".repeat(70_000), StandardCharsets.UTF_8);
        assertThatThrownBy(() -> of("list", "output")).hasMessageContaining("larger than 64 KB");

        Files.delete(system);
        Files.createDirectory(system);
        assertThatThrownBy(() -> of("list", "output")).hasMessageContaining("cannot read");
    }
}
