# lab_core(<files>): adds sources of the engine to both builds of it, float (for use) and double (for gradient tests).
function(lab_core)
  foreach(file ${ARGN})
    target_sources(lab_core PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    if(TARGET lab_core_double)
      target_sources(lab_core_double PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    endif()
  endforeach()
endfunction()

# lab_test(<name> LABEL <unit|suite|golden|property|fuzz|gui|arch> LIBS <libraries> [DOUBLE] [TIMEOUT s] SOURCES <files>)
# A Qt Test executable registered with CTest. DOUBLE links the double build of the engine.
function(lab_test name)
  cmake_parse_arguments(T "DOUBLE" "LABEL;TIMEOUT" "LIBS;SOURCES" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  set_target_properties(${name} PROPERTIES AUTOMOC ON)
  target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_compile_definitions(${name} PRIVATE LAB_SOURCE_DIR="${CMAKE_SOURCE_DIR}" LAB_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(T_DOUBLE)
    target_link_libraries(${name} PRIVATE lab_core_double Qt6::Test ${T_LIBS})
  else()
    target_link_libraries(${name} PRIVATE Qt6::Test ${T_LIBS})
  endif()
  # What is tested is compiled as it ships; the tests themselves need not be.
  target_compile_options(${name} PRIVATE -O1)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${T_LABEL}" TIMEOUT ${T_TIMEOUT}
    ENVIRONMENT "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8;OMP_NUM_THREADS=1")
endfunction()

# lab_precompiled(<target>): Qt's headers, which nearly every file of the target reads, read once. The engine gains nothing from it.
function(lab_precompiled target)
  if(LAB_PCH AND LAB_WITH_GUI)
    target_precompile_headers(${target} PRIVATE <functional> <map> <memory> <string> <variant> <vector> <Eigen/Core> <QtWidgets/QtWidgets>)
  endif()
endfunction()
