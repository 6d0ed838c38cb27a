/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

class SettingsFuzzTest {
    /** Of a file of any bytes, each line is a setting or the file is refused with its place. */
    @FuzzTest(maxDuration = "60s")
    void aFile(byte[] bytes) {
        List<Setting> settings;
        try {
            settings = SettingsFile.parse("vfio.conf", bytes);
        } catch (SettingsException e) {
            assertThat(e.getMessage()).startsWith("vfio.conf");
            return;
        }
        assertThat(settings).allSatisfy(setting -> {
            assertThat(Settings.isKey(setting.key())).isTrue();
            assertThat(setting.value())
                    .doesNotContain("\n")
                    .isEqualTo(setting.value().strip());
            assertThat(setting.origin()).matches("vfio\\.conf line [1-9][0-9]*");
        });
    }
}
