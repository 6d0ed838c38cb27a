/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The arrows of the house point down, between the modules and within them. */
class ArchitectureTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.vfio4j");

    @Test
    void modulesUseOnlyWhatIsBelowThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("linux")
                .definedBy("org.vfio4j.linux..")
                .layer("vfio")
                .definedBy("org.vfio4j.vfio..")
                .layer("devices")
                .definedBy("org.vfio4j.devices..")
                .layer("fuse")
                .definedBy("org.vfio4j.fuse..")
                .layer("management")
                .definedBy("org.vfio4j.management..")
                .optionalLayer("console")
                .definedBy("org.vfio4j.console..")
                .optionalLayer("fleet")
                .definedBy("org.vfio4j.fleet..")
                .layer("cli")
                .definedBy("org.vfio4j.cli..")
                .layer("testbed")
                .definedBy("org.vfio4j.testbed..")
                .whereLayer("testbed")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("console")
                .mayOnlyBeAccessedByLayers("cli", "testbed")
                .whereLayer("fleet")
                .mayOnlyBeAccessedByLayers("console", "cli", "testbed")
                .whereLayer("management")
                .mayOnlyBeAccessedByLayers("console", "fleet", "cli")
                .whereLayer("fuse")
                .mayOnlyBeAccessedByLayers("cli", "testbed")
                .whereLayer("devices")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("vfio")
                .mayOnlyBeAccessedByLayers("devices", "fuse", "management", "console", "fleet", "cli", "testbed")
                .check(ALL);
    }

    @Test
    void packagesFormNoCircle() {
        slices().matching("org.vfio4j.linux.(*)..").should().beFreeOfCycles().check(ALL);
        slices().matching("org.vfio4j.vfio.(*)..").should().beFreeOfCycles().check(ALL);
        for (String module : List.of("management", "console", "fleet")) {
            slices().matching("org.vfio4j." + module + ".(*)..")
                    .should()
                    .beFreeOfCycles()
                    .allowEmptyShould(true)
                    .check(ALL);
        }
    }

    @Test
    void theContractKnowsNoneOfItsImplementers() {
        noClasses()
                .that()
                .resideInAPackage("org.vfio4j.vfio")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.vfio4j.vfio.*..")
                .check(ALL);
    }

    @Test
    void nativeCodeIsCalledFromLinuxOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage("org.vfio4j.linux..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.foreign.Linker")
                .check(ALL);
    }

    @Test
    void theKernelsSpellingDoesNotLeakIntoDevicesAndManagement() {
        noClasses()
                .that()
                .resideInAnyPackage("org.vfio4j.management..", "org.vfio4j.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.vfio4j.linux.uapi..")
                .check(ALL);
    }

    /**
     * So that a clock that jumps moves no deadline: all waiting goes by System.nanoTime. What may ask says when something was, keeps a lease, or gives a
     * host up that was not heard of for days (a move's journal, which outlives the process).
     */
    @Test
    void theWallClockIsAskedOnlyForWhatIsWrittenDown() {
        noClasses()
                .that()
                .resideOutsideOfPackages("org.vfio4j.cli..", "org.vfio4j.fleet..", "org.vfio4j.management.migrate")
                .and()
                .doNotHaveFullyQualifiedName("org.vfio4j.linux.UdevEvents")
                .and()
                .doNotHaveFullyQualifiedName("org.vfio4j.fuse.SysfsMount")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(InstantSource.class)
                .check(ALL);
    }

    @Test
    void exceptionsAreOfTheTwoFamilies() {
        classes()
                .that()
                .areAssignableTo(Exception.class)
                .and()
                .resideOutsideOfPackage("org.vfio4j.cli..")
                .should()
                .beAssignableTo("org.vfio4j.linux.ErrnoException")
                .check(ALL);
    }
}
